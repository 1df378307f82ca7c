/** The trainer's walls as tests, each shown to report a planted violation. */
@NullMarked
package io.bitfrontier.trainer.architecture;

import org.jspecify.annotations.NullMarked;
