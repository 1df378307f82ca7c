/** What all sweeps of a project may take together. */
@NullMarked
package io.bitfrontier.service.quota;

import org.jspecify.annotations.NullMarked;
