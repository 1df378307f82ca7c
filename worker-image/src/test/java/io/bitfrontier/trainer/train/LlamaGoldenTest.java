package io.bitfrontier.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bitfrontier.trainer.device.ComputeDevice;
import io.bitfrontier.trainer.model.Decoder;
import io.bitfrontier.trainer.model.ParameterLayout.Entry;
import io.bitfrontier.vocabulary.ModelShape;
import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.OptimizerSpec;
import io.bitfrontier.vocabulary.work.ScheduleSpec;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The decoder and its optimizer against PyTorch's transformers; the files say how they were made. */
class LlamaGoldenTest {
    private static final double FORWARD = 2e-6;
    private static final double BACKWARD = 1e-5;
    private static final double CURVE = 1e-5;

    @ParameterizedTest
    @ValueSource(strings = {"mha-tied", "gqa-untied", "gqa-rope-scaled"})
    void logitsLossAndEveryGradientAgreeWithTransformers(String name) {
        GoldenFile golden = GoldenFile.tensors("llama/" + name + ".safetensors");
        JsonNode facts = GoldenFile.json("llama/" + name + ".json");
        TrajectorySpec trajectory = trajectory(facts);
        int batch = facts.path("batch").asInt();
        int length = facts.path("sequenceLength").asInt();
        try (TrainingState state = state(trajectory, golden);
                PointerScope scope = new PointerScope();
                Decoder decoder = new Decoder(trajectory.model(), state.arena().leaves(), false)) {
            int[] ids = golden.integers("tokens");
            long[] first = new long[batch * (length + 1)];
            for (int i = 0; i < first.length; i++) {
                first[i] = ids[i];
            }
            Tensor tokens = Tensor.create(first, batch, length + 1L);
            Tensor inputs = tokens.narrow(1, 0, length);
            Tensor targets = tokens.narrow(1, 1, length).reshape((long) batch * length);

            assertThat(Tensors.distance(Tensors.floats(decoder.logits(inputs)), golden.floats("logits")))
                    .as("relative distance of the logits")
                    .isLessThan(FORWARD);

            Tensor loss = decoder.loss(inputs, targets);
            loss.backward();

            assertThat(loss.item_double()).isCloseTo(facts.path("loss").asDouble(), within(1e-5));
            assertThat(golden.names("gradient."))
                    .hasSameElementsAs(state.arena().layout().entries().stream()
                            .map(Entry::name)
                            .toList());
            for (Entry entry : state.arena().layout().entries()) {
                assertThat(Tensors.distance(
                                Tensors.floats(state.arena().gradient(entry)),
                                golden.floats("gradient." + entry.name())))
                        .as("relative distance of the gradient of " + entry.name())
                        .isLessThan(BACKWARD);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mha-tied", "gqa-untied", "gqa-rope-scaled"})
    void tenStepsFollowTransformersWithTorchsAdamW(String name) {
        GoldenFile golden = GoldenFile.tensors("llama/" + name + ".safetensors");
        JsonNode facts = GoldenFile.json("llama/" + name + ".json");
        TrajectorySpec trajectory = trajectory(facts);
        GoldenTokens tokens = new GoldenTokens(
                golden.integers("tokens"),
                trajectory.sequenceLength(),
                trajectory.model().vocab());
        double[] losses = GoldenFile.numbers(facts.path("losses"));
        double[] norms = GoldenFile.numbers(facts.path("gradientNorms"));
        try (TrainingState state = state(trajectory, golden);
                TrainingStep step = new TrainingStep(state, Work.QUANTIZATION, tokens)) {
            for (int i = 0; i < losses.length; i++) {
                TrainingStep.Result result = step.run();
                assertThat(result.loss()).as("loss of step " + i).isCloseTo(losses[i], within(CURVE * losses[i]));
                assertThat(result.gradientNorm())
                        .as("gradient norm of step " + i)
                        .isCloseTo(norms[i], within(CURVE * 10 * norms[i]));
            }
        }
    }

    static TrainingState state(TrajectorySpec trajectory, GoldenFile weights) {
        TrainingState state = new TrainingState(trajectory, ComputeDevice.CPU);
        try (PointerScope scope = new PointerScope()) {
            for (String name : weights.names("weight.")) {
                Entry entry = state.arena().layout().entry(name);
                state.arena().value(entry).copy_(Tensor.create(weights.floats("weight." + name), entry.shape()));
            }
        }
        return state;
    }

    static TrajectorySpec trajectory(JsonNode facts) {
        ModelShape shape = GoldenFile.shape(facts.path("model"));
        JsonNode optimizer = facts.path("optimizer");
        int length = facts.path("sequenceLength").asInt();
        return new TrajectorySpec(
                TrajectorySpec.NUMERICS,
                shape,
                DataSpec.synthetic(1),
                1,
                length,
                facts.path("batch").asInt() * length,
                1,
                new OptimizerSpec(
                        optimizer.path("learningRate").asDouble(),
                        optimizer.path("scaleLearningRate").asDouble(1),
                        optimizer.path("beta1").asDouble(),
                        optimizer.path("beta2").asDouble(),
                        optimizer.path("epsilon").asDouble(),
                        optimizer.path("weightDecay").asDouble(),
                        optimizer.path("gradientClip").asDouble()),
                ScheduleSpec.linear(facts.path("steps").asInt()),
                null,
                null);
    }
}
