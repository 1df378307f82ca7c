/** Following a sweep until it ends. */
@NullMarked
package io.bitfrontier.cli.watch;

import org.jspecify.annotations.NullMarked;
