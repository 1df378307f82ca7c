package io.bitfrontier.trainer.report;

import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.EvaluateWork;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.EvaluationResult;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import io.bitfrontier.vocabulary.work.OptimizerSpec;
import io.bitfrontier.vocabulary.work.ScheduleSpec;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.util.List;

/** Valid values for tests, and a clock that moves when told. */
final class Fixtures {
    static final long LEASE_SECONDS = 60;
    static final String DEVICE = "cpu: test, 1 thread";

    private Fixtures() {}

    /** Monotonic time that only {@link #pause} and {@link #advance} move. */
    static final class FakeTicker implements Ticker {
        private long now = 1_000_000_000L;

        @Override
        public synchronized long nanoTime() {
            return now;
        }

        @Override
        public void pause(java.time.Duration duration) {
            advance(duration);
        }

        synchronized void advance(java.time.Duration duration) {
            now += duration.toNanos();
        }
    }

    static TrajectorySpec trajectory() {
        return new TrajectorySpec(
                TrajectorySpec.NUMERICS,
                ModelCatalog.byName("tiny-17k").orElseThrow().shape(),
                DataSpec.synthetic(1),
                1,
                128,
                1024,
                1,
                new OptimizerSpec(5e-3, 0.1, 0.9, 0.95, 1e-8, 0.1, 1.0),
                ScheduleSpec.stable(30),
                null,
                null);
    }

    static Assignment aTrainAssignment(long toTokens) {
        return assignment(new TrainWork(trajectory(), 0, toTokens, null, null, 60), null);
    }

    static Assignment anEvaluateAssignment() {
        EvaluationSpec evaluation =
                new EvaluationSpec(DataSpec.synthetic(1), 128, 320, List.of(EvaluationSpec.PERPLEXITY));
        return assignment(null, new EvaluateWork(trajectory(), 2048, checkpoint(2048), null, evaluation));
    }

    private static Assignment assignment(
            @org.jspecify.annotations.Nullable TrainWork train,
            @org.jspecify.annotations.Nullable EvaluateWork evaluate) {
        return new Assignment(
                FakeService.ATTEMPT,
                3,
                FakeService.ATTEMPT_TOKEN,
                LEASE_SECONDS,
                "file:///artifacts/3/17",
                train,
                evaluate);
    }

    static StoredCheckpoint checkpoint(long tokens) {
        return new StoredCheckpoint(
                "file:///artifacts/3/17/" + tokens,
                "0".repeat(64),
                tokens,
                trajectory().fingerprint(),
                1000);
    }

    static EvaluationResult aResult() {
        return new EvaluationResult(
                List.of(new EvaluationResult.Metric(EvaluationResult.LOSS, 2.1, 0.01, 320, null)), List.of());
    }

    static MetricRow row(long step) {
        return new MetricRow(step * 1024, step, 4.0 / step, 5e-3, 0.7, 60_000, 500_000_000);
    }
}
