/** Measures the trainer against this machine's own matrix multiplication, against itself and against PyTorch. */
@NullMarked
package io.bitfrontier.trainer.bench;

import org.jspecify.annotations.NullMarked;
