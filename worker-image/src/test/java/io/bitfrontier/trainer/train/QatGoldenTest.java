package io.bitfrontier.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bitfrontier.trainer.model.ParameterLayout;
import io.bitfrontier.trainer.model.ParameterLayout.Entry;
import io.bitfrontier.trainer.model.ParameterLayout.Segment;
import io.bitfrontier.vocabulary.Combinations;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Quantization-aware training against the reference quantizers in PyTorch's autograd; the files say how they were made. */
class QatGoldenTest {
    private static final double GRADIENT = 2e-5;
    private static final double CURVE = 1e-5;

    @ParameterizedTest
    @ValueSource(strings = {"1", "1.58", "2", "3", "4"})
    void tenStepsFollowTheReferenceAtEveryPrecision(String label) {
        JsonNode facts = GoldenFile.json("qat/curves.json");
        JsonNode curve = facts.path("precisions").path(label);
        GoldenFile initial = GoldenFile.tensors("qat/initial.safetensors");
        GoldenFile firstStep = GoldenFile.tensors("qat/first-step-" + label + ".safetensors");
        TrajectorySpec trunk = LlamaGoldenTest.trajectory(facts);
        TrajectorySpec trajectory = quantized(trunk, Precision.parse(label).orElseThrow());
        GoldenTokens tokens = new GoldenTokens(
                initial.integers("tokens"),
                trajectory.sequenceLength(),
                trajectory.model().vocab());
        double[] losses = GoldenFile.numbers(curve.path("losses"));
        double[] norms = GoldenFile.numbers(curve.path("gradientNorms"));
        try (TrainingState weights = LlamaGoldenTest.state(trunk, initial);
                TrainingState state = weights.branch(trajectory, Work.QUANTIZATION.of(trajectory.quantizer()));
                TrainingStep step = new TrainingStep(state, Work.QUANTIZATION, tokens)) {
            ParameterLayout layout = state.arena().layout();
            assertScales(state, firstStep, "scale.", 1e-7);
            assertThat(curve.path("scaleRateFactors").size())
                    .isEqualTo(layout.entries(Segment.MATRICES).size());
            for (int i = 0; i < losses.length; i++) {
                TrainingStep.Result result = step.run();
                assertThat(result.loss()).as("loss of step " + i).isCloseTo(losses[i], within(CURVE * losses[i]));
                assertThat(result.gradientNorm())
                        .as("gradient norm of step " + i)
                        .isCloseTo(norms[i], within(CURVE * 10 * norms[i]));
                if (i == 0) {
                    assertFirstGradients(state, firstStep, clipFactor(result.gradientNorm()));
                }
            }
            assertScales(state, firstStep, "finalScale.", 1e-5);
        }
    }

    private static TrajectorySpec quantized(TrajectorySpec trunk, Precision precision) {
        return Work.aBranch(
                trunk, 0, trunk.schedule(), QuantizerSpec.of(Combinations.paretoq(precision), precision), false);
    }

    private static double clipFactor(double norm) {
        return Math.min(1, 1 / (norm + 1e-6));
    }

    private static void assertFirstGradients(TrainingState state, GoldenFile golden, double clipped) {
        ParameterLayout layout = state.arena().layout();
        try (PointerScope scope = new PointerScope()) {
            assertThat(golden.names("gradient.")).isNotEmpty();
            for (String name : golden.names("gradient.")) {
                assertGradient(state, layout.entry(name), golden, "gradient." + name, clipped);
            }
            for (Entry matrix : layout.entries(Segment.MATRICES)) {
                Entry scale = layout.entry(ParameterLayout.scaleName(matrix.name()));
                assertGradient(state, scale, golden, "scaleGradient." + matrix.name(), clipped);
            }
        }
    }

    private static void assertGradient(
            TrainingState state, Entry entry, GoldenFile golden, String name, double clipped) {
        float[] found = Tensors.floats(state.arena().gradient(entry));
        for (int i = 0; i < found.length; i++) {
            found[i] = (float) (found[i] / clipped);
        }
        assertThat(Tensors.distance(found, golden.floats(name)))
                .as("relative distance of " + name)
                .isLessThan(GRADIENT);
    }

    private static void assertScales(TrainingState state, GoldenFile golden, String prefix, double tolerance) {
        ParameterLayout layout = state.arena().layout();
        try (PointerScope scope = new PointerScope()) {
            for (Entry matrix : layout.entries(Segment.MATRICES)) {
                Entry scale = layout.entry(ParameterLayout.scaleName(matrix.name()));
                assertThat(Tensors.distance(
                                Tensors.floats(state.arena().value(scale)), golden.floats(prefix + matrix.name())))
                        .as("relative distance of " + prefix + matrix.name())
                        .isLessThan(tolerance);
            }
        }
    }
}
