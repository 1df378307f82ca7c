/** The decoder and its configuration. */
@NullMarked
package io.bitfrontier.trainer.model;

import org.jspecify.annotations.NullMarked;
