package io.bitfrontier.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.bitfrontier.trainer.device.ComputeDevice;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import io.bitfrontier.vocabulary.work.ScheduleSpec;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
    @TempDir
    Path directory;

    @Test
    void aRunLearnsAndReportsTheTokensItReached() {
        RecordingMonitor monitor = new RecordingMonitor();
        try (Trainer trainer = Work.aTrainer()) {
            trainer.train(Work.fresh(Work.aTrunk(), 120), directory, monitor);
        }

        assertThat(monitor.resumedFromTokens).isZero();
        assertThat(monitor.rows)
                .extracting(MetricRow::tokens)
                .containsExactly(50L * Work.BATCH, 100L * Work.BATCH, 120L * Work.BATCH);
        assertThat(monitor.rows).extracting(MetricRow::step).containsExactly(50L, 100L, 120L);
        assertThat(monitor.rows.get(2).loss())
                .isLessThan(monitor.rows.get(0).loss())
                .isLessThan(Math.log(Work.SHAPE.vocab()) - 1);
        assertThat(monitor.rows).allSatisfy(row -> {
            assertThat(row.gradientNorm()).isPositive();
            assertThat(row.tokensPerSecond()).isPositive();
            assertThat(row.memoryBytes()).isGreaterThan(1 << 20);
            assertThat(row.learningRate()).isEqualTo(Work.OPTIMIZER.learningRate());
        });
    }

    @Test
    void microBatchesGiveTheGradientOfTheWholeBatch() {
        for (int parts : List.of(2, 3, 4)) {
            try (PointerScope scope = new PointerScope();
                    TrainingState whole = TrainingState.fresh(Work.aTrunk(), null, ComputeDevice.CPU);
                    TrainingState split =
                            TrainingState.fresh(Work.withMicroBatches(Work.aTrunk(), parts), null, ComputeDevice.CPU);
                    TrainingStep wholeStep = new TrainingStep(whole, Work.QUANTIZATION, Work.tokens(Work.SEED));
                    TrainingStep splitStep = new TrainingStep(split, Work.QUANTIZATION, Work.tokens(Work.SEED))) {
                double expected = wholeStep.run().loss();
                assertThat(splitStep.run().loss()).isCloseTo(expected, within(1e-6));
                assertThat(Tensors.distance(
                                Tensors.floats(split.arena().gradients()),
                                Tensors.floats(whole.arena().gradients())))
                        .isLessThan(1e-5);
            }
        }
    }

    @Test
    void anInfiniteLearningRateIsReportedAsDivergenceWithItsStep() {
        TrajectorySpec exploding =
                Work.withOptimizer(Work.aTrunk(), Work.OPTIMIZER.withLearningRate(Double.POSITIVE_INFINITY));
        try (Trainer trainer = Work.aTrainer()) {
            assertThatThrownBy(() -> trainer.train(Work.fresh(exploding, 5), directory, new RecordingMonitor()))
                    .isInstanceOfSatisfying(WorkFailedException.class, e -> assertThat(e.failureClass())
                            .isEqualTo(FailureClass.DIVERGENCE))
                    .hasMessageContaining("step 2")
                    .hasMessageContaining("loss is NaN");
        }
    }

    @Test
    void impossibleWorkNamesEveryFault() {
        TrajectorySpec trunk = Work.aTrunk();
        TrainWork halfABatch = new TrainWork(trunk, 0, Work.BATCH + 1, null, null, 60);
        try (Trainer trainer = Work.aTrainer()) {
            assertThatThrownBy(() -> trainer.train(halfABatch, directory, new RecordingMonitor()))
                    .isInstanceOfSatisfying(WorkFailedException.class, e -> assertThat(e.failureClass())
                            .isEqualTo(FailureClass.USER))
                    .hasMessageContaining("toTokens is 65")
                    .hasMessageContaining("64");
        }
    }

    @Test
    void aStateOfAnotherTrajectoryIsRefused() {
        TrajectorySpec trunk = Work.aTrunk();
        TrajectorySpec stranger = Work.withSeed(trunk, 1234);
        try (Trainer trainer = Work.aTrainer()) {
            StoredCheckpoint state = trainer.train(Work.fresh(trunk, 2), directory, new RecordingMonitor());
            assertThatThrownBy(() -> trainer.train(Work.from(state, stranger, 4), directory, new RecordingMonitor()))
                    .isInstanceOfSatisfying(WorkFailedException.class, e -> assertThat(e.failureClass())
                            .isEqualTo(FailureClass.PLATFORM))
                    .hasMessageContaining(trunk.fingerprint());
        }
    }

    @Test
    void eachMatrixLearnsItsScalesInProportionToItsWeights() {
        TrajectorySpec trunk = Work.aTrunk();
        QuantizerSpec spec = QuantizerSpec.of(Quantizer.LSQ, Precision.FOUR);
        TrajectorySpec branch = Work.aBranch(trunk, 0, ScheduleSpec.linear(5), spec, false);
        try (PointerScope scope = new PointerScope();
                TrainingState weights = TrainingState.fresh(trunk, null, ComputeDevice.CPU);
                TrainingState state = weights.branch(branch, Work.QUANTIZATION.of(spec))) {
            var layout = state.arena().layout();
            var matrix = layout.entry("model.layers.0.mlp.up_proj.weight");
            var scale = layout.entry("model.layers.0.mlp.up_proj.weight_clip_val");
            double weightMean = state.arena().value(matrix).abs().mean().item_double();
            double scaleMean = state.arena().value(scale).mean().item_double();
            float ratio = Tensors.floats(state.scaleRatios())[
                    (int) (scale.offset() - layout.start(io.bitfrontier.trainer.model.ParameterLayout.Segment.SCALES))];
            assertThat((double) ratio).isCloseTo(scaleMean / weightMean, within(1e-6));
        }
    }
}
