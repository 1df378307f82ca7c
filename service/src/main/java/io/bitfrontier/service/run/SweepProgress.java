package io.bitfrontier.service.run;

import io.bitfrontier.vocabulary.protocol.RunState;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far the runs that a sweep needs have come.
 *
 * @param runs count per state; states without a run are absent
 * @param tokensPlanned of the train runs, those shared with other sweeps included
 * @param tokensDone part of it
 * @param tokensPerSecond of what trains now; null when nothing has reported
 * @param secondsLeft at that speed, weighing tokens by the FLOPs of their model; null when nothing has reported
 * @param failures at most {@value SweepProgressQuery#MOST_FAILURES}, the earliest planned first
 */
public record SweepProgress(
        Map<RunState, Long> runs,
        long tokensPlanned,
        long tokensDone,
        @Nullable Double tokensPerSecond,
        @Nullable Double secondsLeft,
        List<Failure> failures) {
    /** A run that failed for good. */
    public record Failure(long run, String failureClass, String message) {}

    /** Of a sweep that needs no run. */
    public static final SweepProgress NOTHING = new SweepProgress(Map.of(), 0, 0, null, null, List.of());
}
