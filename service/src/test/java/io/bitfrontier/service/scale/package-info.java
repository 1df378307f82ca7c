/** What many points, many runs and many workers cost: benchmarks that print, and tests of what must hold at that size. */
@NullMarked
package io.bitfrontier.service.scale;

import org.jspecify.annotations.NullMarked;
