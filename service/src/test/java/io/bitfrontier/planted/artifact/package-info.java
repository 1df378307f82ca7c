/** Planted violations: never a part of the service. */
@NullMarked
package io.bitfrontier.planted.artifact;

import org.jspecify.annotations.NullMarked;
