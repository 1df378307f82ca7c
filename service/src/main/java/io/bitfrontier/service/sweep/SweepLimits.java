package io.bitfrontier.service.sweep;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a sweep may take.
 *
 * @param priority larger is claimed first
 * @param maxWorkers most attempts at one time on its account; null for no limit
 * @param gpuHours most GPU-hours on its account, those of workers without a GPU counted as if they had one; null for no limit
 * @param deadline when nothing of it is claimed any more; null for never
 * @param keep whose checkpoints it keeps
 */
public record SweepLimits(
        int priority,
        @Nullable Integer maxWorkers,
        @Nullable Double gpuHours,
        @Nullable Instant deadline,
        KeepStates keep) {
    /** Of a document that says nothing. */
    static final SweepLimits NONE = new SweepLimits(0, null, null, null, KeepStates.EXTENDABLE);
}
