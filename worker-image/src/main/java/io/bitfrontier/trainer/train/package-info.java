/** The training loop: arena, optimizer, schedule, checkpoints. */
@NullMarked
package io.bitfrontier.trainer.train;

import org.jspecify.annotations.NullMarked;
