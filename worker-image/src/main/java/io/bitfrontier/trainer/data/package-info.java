/** Where tokens come from: the synthetic language and registered text. */
@NullMarked
package io.bitfrontier.trainer.data;

import org.jspecify.annotations.NullMarked;
