package io.bitfrontier.cli.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a sweep would train. */
public record Plan(
        int points,
        int runs,
        int trainRuns,
        int evaluateRuns,
        long tokensAlone,
        long tokensParentReused,
        long tokensPlanned,
        long tokensAlreadyTrained,
        long tokensUnderway,
        long tokensToTrain,
        int newRuns,
        @Nullable String resourceClass,
        double flopsPlanned,
        long storageBytes,
        @Nullable Double gpuHours,
        @Nullable Double gpuHoursToTrain,
        @Nullable String throughputSource,
        @Nullable List<Dropped> dropped,
        int droppedCount,
        @Nullable List<Rounding> rounded) {

    /** A combination of the grid that makes no sense, with the reason. */
    public record Dropped(
            String model, long tokens, String precision, String scheme, String quantizer, long seed, String reason) {}

    /** A budget rounded to whole optimizer steps. */
    public record Rounding(long requested, long tokens) {}

    public Sweep.PlanSummary summary() {
        return new Sweep.PlanSummary(points, runs, tokensAlone, tokensParentReused, tokensPlanned);
    }
}
