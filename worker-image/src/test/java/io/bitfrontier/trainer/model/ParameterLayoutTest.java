package io.bitfrontier.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bitfrontier.trainer.device.ComputeDevice;
import io.bitfrontier.trainer.model.ParameterLayout.Entry;
import io.bitfrontier.trainer.model.ParameterLayout.Segment;
import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.ModelShape;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParameterLayoutTest {
    private static final ModelShape SHAPE = ModelShape.of(3, 64, 4, 2, 160, 128);

    @Test
    void theArenaHoldsEveryParameterOfTheCatalogsModelsOnce() {
        for (ModelCatalog.Entry entry : ModelCatalog.entries()) {
            ModelShape shape = entry.shape();
            ParameterLayout layout = new ParameterLayout(shape, true);
            assertThat(layout.size(Segment.MATRICES)).isEqualTo(shape.linearParameters());
            assertThat(layout.size(Segment.EMBEDDING)).isEqualTo(shape.embeddingParameters());
            assertThat(layout.size(Segment.NORMS)).isEqualTo(shape.normParameters());
            assertThat(layout.size(Segment.SCALES)).isEqualTo(shape.quantizedRows());
            long end = 0;
            for (Entry parameter : layout.entries()) {
                assertThat(parameter.offset()).isEqualTo(end);
                end = parameter.end();
            }
            assertThat(layout.size()).isEqualTo(end);
        }
    }

    /** The table of initial weights: variance 1/width into a block, 1/(2·layers·fan-in) back into the stream. */
    @ParameterizedTest
    @CsvSource({
        "model.embed_tokens.weight,                     0, 0.125",
        "model.layers.0.self_attn.q_proj.weight,        0, 0.125",
        "model.layers.0.self_attn.k_proj.weight,        0, 0.125",
        "model.layers.1.self_attn.v_proj.weight,        0, 0.125",
        "model.layers.1.self_attn.o_proj.weight,        0, 0.0510310",
        "model.layers.2.mlp.gate_proj.weight,           0, 0.125",
        "model.layers.2.mlp.up_proj.weight,             0, 0.125",
        "model.layers.2.mlp.down_proj.weight,           0, 0.0322749",
        "model.layers.0.input_layernorm.weight,         1, 0",
        "model.layers.0.post_attention_layernorm.weight, 1, 0",
        "model.norm.weight,                             1, 0"
    })
    void freshWeightsFollowTheTable(String name, double mean, double deviation) {
        ParameterLayout layout = new ParameterLayout(SHAPE, false);
        Entry entry = layout.entry(name);
        assertThat(entry.mean()).isEqualTo(mean);
        assertThat(entry.deviation()).isCloseTo(deviation, within(1e-6));
        try (PointerScope scope = new PointerScope();
                ParameterArena arena = new ParameterArena(layout, ParameterArena.Use.INFERENCE, ComputeDevice.CPU)) {
            InitialWeights.initWeights(arena, 1);
            Tensor value = arena.value(entry);
            double count = entry.size();
            double meanFound = value.mean().item_double();
            double squares = value.mul(value).mean().item_double();
            double fourStandardErrors = 4 * deviation / Math.sqrt(count) + 1e-12;
            assertThat(meanFound).isCloseTo(mean, within(fourStandardErrors));
            assertThat(Math.sqrt(Math.abs(squares - meanFound * meanFound)))
                    .isCloseTo(deviation, within(fourStandardErrors));
        }
    }

    @Test
    void freshWeightsDependOnTheSeedAndOnTheParameterAlone() {
        float[] first = weights(1, "model.layers.0.self_attn.q_proj.weight");
        assertThat(Arrays.equals(weights(1, "model.layers.0.self_attn.q_proj.weight"), first))
                .isTrue();
        assertThat(Arrays.equals(weights(2, "model.layers.0.self_attn.q_proj.weight"), first))
                .isFalse();
        assertThat(Arrays.equals(weights(1, "model.layers.1.self_attn.q_proj.weight"), first))
                .isFalse();
        // Fixed numbers, so that another machine or another version that draws others is found out.
        assertThat(Arrays.copyOf(first, 3)).containsExactly(0.03062196f, 0.021250896f, -0.28495482f);
    }

    private static float[] weights(long seed, String name) {
        ParameterLayout layout = new ParameterLayout(SHAPE, false);
        try (PointerScope scope = new PointerScope();
                ParameterArena arena = new ParameterArena(layout, ParameterArena.Use.INFERENCE, ComputeDevice.CPU)) {
            InitialWeights.initWeights(arena, seed);
            Tensor value = arena.value(layout.entry(name));
            float[] values = new float[(int) value.numel()];
            value.contiguous().data_ptr_float().get(values);
            return values;
        }
    }

    @Test
    void aNormedEmbeddingStartsSmall() {
        ParameterLayout layout = new ParameterLayout(SHAPE.withEmbeddingNorm(), false);
        assertThat(layout.entry("model.embed_tokens.weight").deviation()).isEqualTo(0.05);
    }
}
