/** What a worker computes on: the processor or a GPU, and how the attempt names it. */
@NullMarked
package io.bitfrontier.trainer.device;

import org.jspecify.annotations.NullMarked;
