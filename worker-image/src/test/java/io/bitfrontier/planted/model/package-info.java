/** Planted violations: never a part of the trainer. */
@NullMarked
package io.bitfrontier.planted.model;

import org.jspecify.annotations.NullMarked;
