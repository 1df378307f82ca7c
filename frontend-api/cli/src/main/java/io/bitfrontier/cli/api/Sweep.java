package io.bitfrontier.cli.api;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A sweep with its progress: what the command line reads of it. */
public record Sweep(
        String id,
        String name,
        String state,
        @Nullable String stateReason,
        @Nullable String createdAt,
        @Nullable Limits limits,
        @Nullable Use use,
        PlanSummary plan,
        Progress progress) {
    private static final List<String> ENDED = List.of("SUCCEEDED", "FAILED", "CANCELLED");

    /** Whether nothing more comes of it by itself; a paused or stopped sweep may go on. */
    public boolean finished() {
        return ENDED.contains(state);
    }

    /** What it may take; absent bounds are none. */
    public record Limits(
            int priority,
            @Nullable Integer maxWorkers,
            @Nullable Double gpuHours,
            @Nullable String deadline,
            String keep) {}

    /** What it takes and has taken. */
    public record Use(int workers, double gpuHours) {}

    /** The plan's figures, all of them in tokens but the first two. */
    public record PlanSummary(int points, int runs, long tokensAlone, long tokensParentReused, long tokensPlanned) {}

    /** How far it is; the rates are absent while nothing runs. */
    public record Progress(
            @Nullable Map<String, Integer> runs,
            long tokensPlanned,
            long tokensDone,
            @Nullable Double tokensPerSecond,
            @Nullable Double secondsLeft,
            @Nullable List<Failure> failures) {

        public int count(String state) {
            return runs == null ? 0 : runs.getOrDefault(state, 0);
        }

        public int total() {
            return runs == null
                    ? 0
                    : runs.values().stream().mapToInt(Integer::intValue).sum();
        }

        public List<Failure> failed() {
            return Objects.requireNonNullElse(failures, List.of());
        }
    }

    /** A run that failed, with one sentence. */
    public record Failure(long run, String failureClass, String message) {}
}
