/** Planted violations: never a part of the service. */
@NullMarked
package io.bitfrontier.planted.launch.kubernetes;

import org.jspecify.annotations.NullMarked;
