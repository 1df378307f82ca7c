/** Data sets over REST. */
@NullMarked
package io.bitfrontier.service.dataset.web;

import org.jspecify.annotations.NullMarked;
