package io.bitfrontier.trainer.train;

import io.bitfrontier.vocabulary.work.TrajectorySpec;

/**
 * How many optimizer steps a metric row stands for. A function of the trajectory alone, so that the rows of a resumed attempt
 * stand for the same tokens as those it repeats.
 */
final class MetricCadence {
    /** About what a step of a small model reaches on one core. */
    private static final double FLOPS_PER_SECOND = 20e9;

    private static final double SECONDS_PER_ROW = 0.5;
    private static final long MOST_STEPS = 50;

    private MetricCadence() {}

    /** Steps whose mean is one row: about half a second's worth, at least one, at most {@value #MOST_STEPS}. */
    static long stepsPerRow(TrajectorySpec trajectory) {
        double stepFlops = 6.0 * trajectory.model().totalParameters() * trajectory.batchTokens();
        return Math.max(1, Math.min(MOST_STEPS, Math.round(SECONDS_PER_ROW * FLOPS_PER_SECOND / stepFlops)));
    }
}
