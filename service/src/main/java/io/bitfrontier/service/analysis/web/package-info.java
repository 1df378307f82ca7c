/** The analysis over REST: observations by SQL, frontiers computed on demand and kept by their exact set. */
@NullMarked
package io.bitfrontier.service.analysis.web;

import org.jspecify.annotations.NullMarked;
