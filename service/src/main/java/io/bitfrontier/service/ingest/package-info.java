/** The worker protocol's endpoints: claims, signs of life, metrics, checkpoints, logs and how attempts end. */
@NullMarked
package io.bitfrontier.service.ingest;

import org.jspecify.annotations.NullMarked;
