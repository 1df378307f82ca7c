package io.bitfrontier.service.sweep;

import io.bitfrontier.service.plan.Plan;

/** The plan in numbers as it is kept with the sweep, in the words of the contract. */
public record PlanSummary(
        int points,
        int runs,
        int trainRuns,
        int evaluateRuns,
        long tokensAlone,
        long tokensParentReused,
        long tokensPlanned,
        double flopsPlanned,
        long storageBytes,
        int dropped) {
    static PlanSummary of(Plan.Totals totals, int dropped) {
        return new PlanSummary(
                totals.points(),
                totals.runs(),
                totals.trainRuns(),
                totals.evaluateRuns(),
                totals.tokensAlone(),
                totals.tokensParentReused(),
                totals.tokensPlanned(),
                totals.flopsPlanned(),
                totals.storageBytes(),
                dropped);
    }
}
