package io.bitfrontier.trainer.ranks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.bitfrontier.trainer.Assembly;
import io.bitfrontier.trainer.device.Compute;
import io.bitfrontier.trainer.device.ComputeDevice;
import io.bitfrontier.trainer.train.LocalExecutor;
import io.bitfrontier.trainer.train.TrainingMonitor;
import io.bitfrontier.trainer.train.WorkFailedException;
import io.bitfrontier.vocabulary.ModelShape;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.OptimizerSpec;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import io.bitfrontier.vocabulary.work.ScheduleSpec;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several real processes over gloo, with the real trainer. */
@Timeout(180)
class RanksTest {
    private static final int STEPS = 8;

    @TempDir
    private Path directory;

    @Test
    void twoRanksGiveTheBitsOfOneProcessWithTwoMicroBatches() throws IOException {
        TrajectorySpec full = trajectory(2, null);
        TrajectorySpec quantized = trajectory(2, QuantizerSpec.of(Quantizer.SEQ, Precision.TWO));
        try (LocalExecutor alone = executor(1);
                LocalExecutor together = executor(2)) {
            for (TrajectorySpec trajectory : List.of(full, quantized)) {
                Curve expected = new Curve();
                StoredCheckpoint one = alone.train(work(trajectory, STEPS), directory.resolve("alone"), expected);
                Curve found = new Curve();
                StoredCheckpoint two = together.train(work(trajectory, STEPS), directory.resolve("two"), found);

                assertThat(found.losses).isEqualTo(expected.losses).isNotEmpty();
                assertThat(state(two)).isEqualTo(state(one));
                assertThat(two.sha256()).isEqualTo(one.sha256());
            }
            Curve onwards = new Curve();
            together.train(goingOn(trajectory(2, null), alone), directory.resolve("two"), onwards);
            assertThat(onwards.losses)
                    .as("the same ranks do one work after the other")
                    .isNotEmpty();
        }
        assertThat(ranksOfThisProcess()).isEmpty();
    }

    @Test
    void withoutMicroBatchesTwoRanksHaveOnePartEach() throws IOException {
        try (LocalExecutor alone = executor(1);
                LocalExecutor together = executor(2)) {
            Curve expected = new Curve();
            StoredCheckpoint one = alone.train(work(trajectory(2, null), 4), directory.resolve("alone"), expected);
            Curve found = new Curve();
            StoredCheckpoint two = together.train(work(trajectory(1, null), 4), directory.resolve("two"), found);

            assertThat(found.losses).isEqualTo(expected.losses);
            assertThat(state(two)).isEqualTo(state(one));
        }
    }

    /** (a + b) + (c + d) is not ((a + b) + c) + d: equal up to the rounding of fp32 sums. */
    @Test
    void moreRanksOrMorePartsDifferInTheLastBitsOnly() {
        for (int ranks : new int[] {2, 3}) {
            Curve expected = new Curve();
            Curve found = new Curve();
            try (LocalExecutor alone = executor(1);
                    LocalExecutor together = executor(ranks)) {
                alone.train(work(trajectory(2 * ranks, null), STEPS), directory.resolve("alone"), expected);
                together.train(work(trajectory(2 * ranks, null), STEPS), directory.resolve("together"), found);
            }
            assertThat(found.losses).hasSameSizeAs(expected.losses).isNotEmpty();
            for (int i = 0; i < expected.losses.size(); i++) {
                assertThat(found.losses.get(i)).isCloseTo(expected.losses.get(i), within(1e-5));
            }
        }
    }

    @Test
    void theDeathOfARankFailsTheWorkAndTheNextWorkGetsNewOnes() {
        try (LocalExecutor together = executor(2)) {
            Curve dying = new Curve() {
                @Override
                public Directive directive() {
                    if (++asked == 3) {
                        ranksOfThisProcess().forEach(ProcessHandle::destroyForcibly);
                    }
                    return Directive.CONTINUE;
                }
            };
            assertThatThrownBy(() -> together.train(work(trajectory(2, null), 1000), directory, dying))
                    .isInstanceOfSatisfying(WorkFailedException.class, e -> assertThat(e.failureClass())
                            .isEqualTo(FailureClass.PLATFORM))
                    .hasMessage("rank 1 of 2 ended with exit code 137");
            assertThat(ranksOfThisProcess()).isEmpty();

            Curve again = new Curve();
            together.train(work(trajectory(2, null), 2), directory, again);
            assertThat(again.losses).isNotEmpty();
        }
    }

    @Test
    void dataThatChangedAreTheUsersAndNoRankIsStartedForThem() throws IOException {
        Path text = Files.createDirectories(directory.resolve("text"));
        Files.writeString(text.resolve("a.txt"), "to be or not to be ".repeat(400));
        TrajectorySpec trajectory = trajectory(2, null);
        DataSpec elsewhere = new DataSpec("text", "0".repeat(64), DataSpec.BYTE_TOKENIZER, 0, text.toString());
        TrajectorySpec wrong = new TrajectorySpec(
                trajectory.numerics(),
                trajectory.model(),
                elsewhere,
                trajectory.seed(),
                trajectory.sequenceLength(),
                trajectory.batchTokens(),
                trajectory.microBatches(),
                trajectory.optimizer(),
                trajectory.schedule(),
                null,
                null);
        try (LocalExecutor together = executor(2)) {
            assertThatThrownBy(() -> together.train(work(wrong, 2), directory, new Curve()))
                    .isInstanceOfSatisfying(WorkFailedException.class, e -> assertThat(e.failureClass())
                            .isEqualTo(FailureClass.USER))
                    .hasMessageContaining("data set text has changed");
        }
    }

    private static LocalExecutor executor(int ranks) {
        return Assembly.executor(new Compute(ComputeDevice.CPU, 1, ranks));
    }

    private static List<ProcessHandle> ranksOfThisProcess() {
        return ProcessHandle.current().children().filter(ProcessHandle::isAlive).toList();
    }

    private static TrajectorySpec trajectory(int microBatches, @Nullable QuantizerSpec quantizer) {
        return new TrajectorySpec(
                TrajectorySpec.NUMERICS,
                ModelShape.of(1, 16, 2, 1, 32, 128),
                DataSpec.synthetic(1),
                7,
                128,
                12 * 128,
                microBatches,
                new OptimizerSpec(5e-3, 0.1, 0.9, 0.95, 1e-8, 0.1, 1.0),
                ScheduleSpec.stable(3),
                quantizer,
                null);
    }

    private static TrainWork work(TrajectorySpec trajectory, long steps) {
        return new TrainWork(trajectory, 0, steps * trajectory.batchTokens(), null, null, 3600);
    }

    /** Two more steps, from where another executor stands. */
    private TrainWork goingOn(TrajectorySpec trajectory, LocalExecutor other) {
        StoredCheckpoint from = other.train(work(trajectory, STEPS), directory.resolve("further"), new Curve());
        return new TrainWork(
                trajectory, from.tokens(), from.tokens() + 2L * trajectory.batchTokens(), from, null, 3600);
    }

    private static byte[] state(StoredCheckpoint checkpoint) throws IOException {
        return Files.readAllBytes(Path.of(URI.create(checkpoint.uri())).resolve("state.safetensors"));
    }

    private static class Curve implements TrainingMonitor {
        final List<Double> losses = new ArrayList<>();
        int asked;

        @Override
        public void started(long resumedFromTokens) {}

        @Override
        public void step(MetricRow row) {
            losses.add(row.loss());
        }

        @Override
        public void checkpoint(StoredCheckpoint checkpoint) {}

        @Override
        public void log(String line) {}

        @Override
        public Directive directive() {
            return Directive.CONTINUE;
        }
    }
}
