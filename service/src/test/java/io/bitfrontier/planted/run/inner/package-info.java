/** Planted violations: never a part of the service. */
@NullMarked
package io.bitfrontier.planted.run.inner;

import org.jspecify.annotations.NullMarked;
