/** Metrics of the service for Prometheus, read from the database and kept for a few seconds. */
@NullMarked
package io.bitfrontier.service.monitoring;

import org.jspecify.annotations.NullMarked;
