/** Planted violations: never a part of the service. */
@NullMarked
package io.bitfrontier.planted.sweep;

import org.jspecify.annotations.NullMarked;
