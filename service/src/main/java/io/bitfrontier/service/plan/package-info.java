/** Grids of points, and the least training that answers them: plain Java, no framework and no database. */
@NullMarked
package io.bitfrontier.service.plan;

import org.jspecify.annotations.NullMarked;
