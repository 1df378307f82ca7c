/** Tests of the chart: what it renders, what it refuses, and that service and docs agree with it. */
@NullMarked
package io.bitfrontier.helm;

import org.jspecify.annotations.NullMarked;
