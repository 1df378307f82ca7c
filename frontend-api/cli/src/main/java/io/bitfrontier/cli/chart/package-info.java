/** A frontier as a table, as a terminal chart and as an SVG. */
@NullMarked
package io.bitfrontier.cli.chart;

import org.jspecify.annotations.NullMarked;
