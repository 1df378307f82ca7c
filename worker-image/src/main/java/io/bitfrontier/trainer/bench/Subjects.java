package io.bitfrontier.trainer.bench;

import io.bitfrontier.trainer.device.Compute;
import io.bitfrontier.vocabulary.Combinations;
import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.ModelShape;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.OptimizerSpec;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import io.bitfrontier.vocabulary.work.ScheduleSpec;
import io.bitfrontier.vocabulary.work.TrajectorySpec;

/**
 * The trajectories that are timed: 8 sequences of 256 tokens per step, whole or in micro-batches.
 *
 * @param model catalog entry
 * @param compute what they are trained with
 * @param blockSeconds least duration of a block of steps, so that turning over costs nothing in comparison
 */
record Subjects(ModelCatalog.Entry model, Compute compute, double blockSeconds) {
    static final int SEQUENCE = 256;
    static final int BATCH_TOKENS = 8 * SEQUENCE;
    private static final int MOST_STEPS = 50;

    ModelShape shape() {
        return model.shape();
    }

    TrajectorySpec trajectory(Precision precision, int microBatches) {
        return trajectory(shape(), precision, SEQUENCE, BATCH_TOKENS, microBatches);
    }

    static TrajectorySpec trajectory(
            ModelShape shape, Precision precision, int sequence, int batchTokens, int microBatches) {
        return new TrajectorySpec(
                TrajectorySpec.NUMERICS,
                shape,
                DataSpec.synthetic(1),
                1,
                sequence,
                batchTokens,
                microBatches,
                new OptimizerSpec(1e-3, 0.1, 0.9, 0.95, 1e-8, 0.1, 1.0),
                ScheduleSpec.stable(30),
                precision.isFull() ? null : QuantizerSpec.of(Combinations.paretoq(precision), precision),
                null);
    }

    /** A lane whose blocks last {@link #blockSeconds} or more. */
    Lane lane(Precision precision, int microBatches) {
        TrajectorySpec trajectory = trajectory(precision, microBatches);
        UniformTokens tokens = new UniformTokens(shape().vocab(), SEQUENCE);
        Lane lane = new Lane(model.name() + " " + precision.label(), trajectory, tokens, compute);
        double step = Spread.median(lane.steps(4));
        lane.stepsPerBlock((int) Math.max(2, Math.min(MOST_STEPS, Math.ceil(blockSeconds / step))));
        return lane;
    }
}
