package io.bitfrontier.trainer.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.bitfrontier.trainer.data.SyntheticLanguage;
import io.bitfrontier.trainer.data.TokenSources;
import io.bitfrontier.trainer.quant.CpuKernel;
import io.bitfrontier.trainer.quant.Quantizers;
import io.bitfrontier.trainer.train.Checkpoints;
import io.bitfrontier.trainer.train.Quantization;
import io.bitfrontier.trainer.train.Trainer;
import io.bitfrontier.trainer.train.TrainingMonitor;
import io.bitfrontier.trainer.train.WorkInterruptedException;
import io.bitfrontier.vocabulary.ModelShape;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.EvaluateWork;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.EvaluationResult;
import io.bitfrontier.vocabulary.work.EvaluationResult.Metric;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import io.bitfrontier.vocabulary.work.OptimizerSpec;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import io.bitfrontier.vocabulary.work.ScheduleSpec;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationTest {
    private static final int L = SyntheticLanguage.DOCUMENT_TOKENS;
    private static final int BATCH = 8 * L;
    private static final DataSpec DATA = DataSpec.synthetic(1);
    private static final EvaluationSpec SPEC = new EvaluationSpec(DATA, L, 40, List.of("perplexity", "choices"));
    private static final Quantization QUANTIZATION = new Quantization(Quantizers::of, new CpuKernel(1));

    private final Checkpoints checkpoints = new Checkpoints(QUANTIZATION);
    private final Evaluation evaluation = new Evaluation(checkpoints);
    private final Quiet monitor = new Quiet();

    @TempDir
    Path directory;

    @Test
    void trainingLowersTheLossTowardsTheFloorQuantizingRaisesItAndOnlyTrainingMovesTheMasters() {
        TrajectorySpec trunk = trajectory(null, null);
        TrajectorySpec ptq = trajectory(
                QuantizerSpec.of(Quantizer.RTN, Precision.ONE),
                new TrajectorySpec.Start(trunk.fingerprint(), 60L * BATCH, false));
        try (Trainer trainer = new Trainer(checkpoints, QUANTIZATION, TokenSources::open, Clock.systemUTC())) {
            StoredCheckpoint fresh =
                    trainer.train(new TrainWork(trunk, 0, 0, null, null, 3600), directory.resolve("fresh"), monitor);
            StoredCheckpoint trained = trainer.train(
                    new TrainWork(trunk, 0, 60L * BATCH, fresh, null, 3600), directory.resolve("trained"), monitor);
            StoredCheckpoint rounded = trainer.train(
                    new TrainWork(ptq, 60L * BATCH, 60L * BATCH, trained, null, 3600),
                    directory.resolve("ptq"),
                    monitor);

            EvaluationResult before = evaluation.evaluate(new EvaluateWork(trunk, 0, fresh, null, SPEC), monitor);
            EvaluationResult after =
                    evaluation.evaluate(new EvaluateWork(trunk, 60L * BATCH, trained, fresh, SPEC), monitor);
            EvaluationResult quantized =
                    evaluation.evaluate(new EvaluateWork(ptq, 60L * BATCH, rounded, trained, SPEC), monitor);

            assertThat(value(before, "loss")).isBetween(Math.log(128) - 0.2, Math.log(128) + 0.5);
            assertThat(value(after, "loss"))
                    .isLessThan(value(before, "loss") - 1)
                    .isGreaterThan(value(after, "loss.floor"));
            assertThat(value(quantized, "loss")).isGreaterThan(value(after, "loss") + 0.1);
            assertThat(value(after, "choices.accuracy")).isBetween(0.25, 0.7);

            assertThat(before.layerDrift()).isEmpty();
            assertThat(before.metrics()).extracting(Metric::name).doesNotContain("drift.median");
            assertThat(after.layerDrift()).hasSize(2 * 7);
            assertThat(value(after, "drift.median")).isBetween(0.01, 5.0);
            assertThat(value(quantized, "drift.median")).isZero();
            assertThat(monitor.lines).anyMatch(line -> line.startsWith("evaluated at 61440 tokens: loss "));
            assertThat(value(
                            evaluation.evaluate(new EvaluateWork(trunk, 60L * BATCH, trained, null, SPEC), monitor),
                            "loss"))
                    .as("the same state measures the same")
                    .isCloseTo(value(after, "loss"), within(0.0));
        }
    }

    @Test
    void anEvaluationEndsWhenAsked() {
        TrajectorySpec trunk = trajectory(null, null);
        try (Trainer trainer = new Trainer(checkpoints, QUANTIZATION, TokenSources::open, Clock.systemUTC())) {
            StoredCheckpoint fresh = trainer.train(new TrainWork(trunk, 0, 0, null, null, 3600), directory, monitor);
            monitor.directive = TrainingMonitor.Directive.STOP;
            assertThatThrownBy(() -> evaluation.evaluate(new EvaluateWork(trunk, 0, fresh, null, SPEC), monitor))
                    .isInstanceOf(WorkInterruptedException.class);
        }
    }

    private static TrajectorySpec trajectory(@Nullable QuantizerSpec quantizer, TrajectorySpec.@Nullable Start start) {
        return new TrajectorySpec(
                TrajectorySpec.NUMERICS,
                ModelShape.of(2, 16, 2, 1, 32, 128),
                DATA,
                1,
                L,
                BATCH,
                1,
                new OptimizerSpec(1e-2, 0.1, 0.9, 0.95, 1e-8, 0.1, 1.0),
                ScheduleSpec.stable(5),
                quantizer,
                start);
    }

    private static double value(EvaluationResult result, String name) {
        return result.metrics().stream()
                .filter(metric -> metric.name().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }

    private static final class Quiet implements TrainingMonitor {
        private final List<String> lines = new ArrayList<>();
        private Directive directive = Directive.CONTINUE;

        @Override
        public void started(long resumedFromTokens) {}

        @Override
        public void step(MetricRow row) {}

        @Override
        public void checkpoint(StoredCheckpoint checkpoint) {}

        @Override
        public void log(String line) {
            lines.add(line);
        }

        @Override
        public Directive directive() {
            return directive;
        }
    }
}
