package io.bitfrontier.cli.api;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A sweep with its progress: what the command line reads of it. */
public record Sweep(
        String id, String name, String state, @Nullable String createdAt, PlanSummary plan, Progress progress) {

    public boolean finished() {
        return !state.equals("RUNNING");
    }

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
