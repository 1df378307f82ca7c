/** Planted violations: never a part of the trainer. */
@NullMarked
package io.bitfrontier.planted.report;

import org.jspecify.annotations.NullMarked;
