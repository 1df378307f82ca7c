/** Planted violations: never a part of the service. */
@NullMarked
package io.bitfrontier.planted.plan;

import org.jspecify.annotations.NullMarked;
