/** What is measured of a stored state. */
@NullMarked
package io.bitfrontier.trainer.eval;

import org.jspecify.annotations.NullMarked;
