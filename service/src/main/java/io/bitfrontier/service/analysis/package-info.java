/** Frontiers over observations: plain mathematics without a framework; REST and SQL are in {@code web}. */
@NullMarked
package io.bitfrontier.service.analysis;

import org.jspecify.annotations.NullMarked;
