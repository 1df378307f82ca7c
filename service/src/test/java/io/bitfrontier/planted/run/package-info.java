/** Planted violations: never a part of the service. */
@NullMarked
package io.bitfrontier.planted.run;

import org.jspecify.annotations.NullMarked;
