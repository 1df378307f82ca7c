package io.bitfrontier.trainer.train;

import io.bitfrontier.trainer.data.TokenSource;
import io.bitfrontier.trainer.quant.CpuKernel;
import io.bitfrontier.trainer.quant.Quantizers;
import io.bitfrontier.vocabulary.ModelShape;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.OptimizerSpec;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import io.bitfrontier.vocabulary.work.ScheduleSpec;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Small pieces of work with valid defaults. */
final class Work {
    static final int SEQUENCE = 16;
    static final int BATCH = 4 * SEQUENCE;
    static final ModelShape SHAPE = ModelShape.of(2, 16, 2, 1, 32, 32);
    static final OptimizerSpec OPTIMIZER = new OptimizerSpec(5e-3, 0.1, 0.9, 0.95, 1e-8, 0.1, 1.0);
    static final long SEED = 7;

    static final Quantization QUANTIZATION = new Quantization(Quantizers::of, new CpuKernel(1));

    private Work() {}

    static TrajectorySpec aTrunk(@Nullable QuantizerSpec quantizer) {
        return new TrajectorySpec(
                TrajectorySpec.NUMERICS,
                SHAPE,
                DataSpec.synthetic(1),
                SEED,
                SEQUENCE,
                BATCH,
                1,
                OPTIMIZER,
                ScheduleSpec.stable(3),
                quantizer,
                null);
    }

    static TrajectorySpec aTrunk() {
        return aTrunk(null);
    }

    static TrajectorySpec aBranch(
            TrajectorySpec trunk, long steps, ScheduleSpec schedule, @Nullable QuantizerSpec quantizer, boolean carry) {
        return new TrajectorySpec(
                trunk.numerics(),
                trunk.model(),
                trunk.data(),
                trunk.seed(),
                trunk.sequenceLength(),
                trunk.batchTokens(),
                trunk.microBatches(),
                trunk.optimizer(),
                schedule,
                quantizer,
                new TrajectorySpec.Start(trunk.fingerprint(), steps * trunk.batchTokens(), carry));
    }

    static TrajectorySpec withSeed(TrajectorySpec t, long seed) {
        return new TrajectorySpec(
                t.numerics(),
                t.model(),
                t.data(),
                seed,
                t.sequenceLength(),
                t.batchTokens(),
                t.microBatches(),
                t.optimizer(),
                t.schedule(),
                t.quantizer(),
                t.start());
    }

    static TrajectorySpec withMicroBatches(TrajectorySpec t, int microBatches) {
        return new TrajectorySpec(
                t.numerics(),
                t.model(),
                t.data(),
                t.seed(),
                t.sequenceLength(),
                t.batchTokens(),
                microBatches,
                t.optimizer(),
                t.schedule(),
                t.quantizer(),
                t.start());
    }

    static TrajectorySpec withOptimizer(TrajectorySpec t, OptimizerSpec optimizer) {
        return new TrajectorySpec(
                t.numerics(),
                t.model(),
                t.data(),
                t.seed(),
                t.sequenceLength(),
                t.batchTokens(),
                t.microBatches(),
                optimizer,
                t.schedule(),
                t.quantizer(),
                t.start());
    }

    /** Fresh weights to this many steps. */
    static TrainWork fresh(TrajectorySpec trajectory, long toSteps) {
        return new TrainWork(trajectory, 0, toSteps * trajectory.batchTokens(), null, null, 3600);
    }

    /** From a stored state to this many steps of the lineage. */
    static TrainWork from(StoredCheckpoint state, TrajectorySpec trajectory, long toSteps) {
        return new TrainWork(trajectory, state.tokens(), toSteps * trajectory.batchTokens(), state, null, 3600);
    }

    /** The same work again, from a checkpoint on its way. */
    static TrainWork resumed(TrainWork work, StoredCheckpoint checkpoint) {
        return new TrainWork(
                work.trajectory(),
                work.fromTokens(),
                work.toTokens(),
                work.from(),
                checkpoint,
                work.checkpointSeconds());
    }

    /** The same work with a checkpoint after every step. */
    static TrainWork withCheckpointsAllTheTime(TrainWork work) {
        return new TrainWork(work.trajectory(), work.fromTokens(), work.toTokens(), work.from(), work.resume(), 0);
    }

    /** A trainer on tokens with something to learn in them. */
    static Trainer aTrainer() {
        return new Trainer(
                new Checkpoints(QUANTIZATION), QUANTIZATION, (data, seed, length) -> tokens(seed), Clock.systemUTC());
    }

    static TokenSource tokens(long seed) {
        return new Walk(seed, SEQUENCE);
    }

    /** A file of a stored checkpoint. */
    static Path fileOf(StoredCheckpoint checkpoint, String name) {
        return Path.of(URI.create(checkpoint.uri())).resolve(name);
    }

    /** Sequences that walk around the vocabulary by small random steps. */
    private record Walk(long seed, int sequenceLength) implements TokenSource {
        @Override
        public int vocab() {
            return SHAPE.vocab();
        }

        @Override
        public void fill(long first, int count, long[] into) {
            int at = 0;
            for (long sequence = first; sequence < first + count; sequence++) {
                SplittableRandom random = new SplittableRandom(seed * 1_000_003 + sequence);
                long token = random.nextInt(vocab());
                for (int i = 0; i <= sequenceLength; i++) {
                    into[at++] = token;
                    token = (token + random.nextInt(3)) % vocab();
                }
            }
        }
    }
}
