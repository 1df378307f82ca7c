/** Quantizers: the functions that weights pass through, their gradients and their level sets. */
@NullMarked
package io.bitfrontier.trainer.quant;

import org.jspecify.annotations.NullMarked;
