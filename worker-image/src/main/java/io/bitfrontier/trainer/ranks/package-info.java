/** Several processes that train one model together: who starts them, how they exchange tensors, how they end. */
@NullMarked
package io.bitfrontier.trainer.ranks;

import org.jspecify.annotations.NullMarked;
