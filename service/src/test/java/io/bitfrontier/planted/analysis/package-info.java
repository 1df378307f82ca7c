/** Planted violations: never a part of the service. */
@NullMarked
package io.bitfrontier.planted.analysis;

import org.jspecify.annotations.NullMarked;
