package io.bitfrontier.service.plan;

import io.bitfrontier.vocabulary.work.EvaluationSpec;
import io.bitfrontier.vocabulary.work.StateKey;
import java.util.List;

/**
 * The least training that answers a grid.
 *
 * @param points the points, each with the state that is evaluated for it
 * @param trajectories what is trained, each after the one it starts from
 * @param evaluation what is measured of every point's state
 * @param totals the plan in numbers
 */
public record Plan(List<Point> points, List<PlannedTrajectory> trajectories, EvaluationSpec evaluation, Totals totals) {
    /** A grid point and its state. */
    public record Point(GridPoint point, StateKey state) {}

    /**
     * The plan in numbers.
     *
     * @param trainRuns one per state that is kept
     * @param evaluateRuns one per state that is evaluated
     * @param tokensAlone every point trained alone
     * @param tokensParentReused common practice: a cosine over each budget, full-precision parents reused within it
     * @param tokensPlanned every step of every trajectory once
     * @param flopsPlanned of training and evaluating, in floating-point operations
     * @param storageBytes of all states that are kept
     */
    public record Totals(
            int points,
            int trainRuns,
            int evaluateRuns,
            long tokensAlone,
            long tokensParentReused,
            long tokensPlanned,
            double flopsPlanned,
            long storageBytes) {
        public int runs() {
            return trainRuns + evaluateRuns;
        }
    }
}
