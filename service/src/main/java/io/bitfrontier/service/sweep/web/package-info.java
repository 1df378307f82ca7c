/** Plans, sweeps, their points and the catalog over REST. */
@NullMarked
package io.bitfrontier.service.sweep.web;

import org.jspecify.annotations.NullMarked;
