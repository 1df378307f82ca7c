/** Planted violations: never a part of the service. */
@NullMarked
package io.bitfrontier.planted.lonely;

import org.jspecify.annotations.NullMarked;
