/** Workers: their rows, their tokens, and how they and their attempts prove themselves. */
@NullMarked
package io.bitfrontier.service.worker;

import org.jspecify.annotations.NullMarked;
