package io.bitfrontier.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.ModelShape;
import org.junit.jupiter.api.Test;

class RotaryFrequenciesTest {
    @Test
    void withoutScalingTheyFallFromOneByTheBase() {
        double[] frequencies = Decoder.rotaryFrequencies(ModelShape.of(1, 8, 1, 1, 8, 8));
        assertThat(frequencies).containsExactly(new double[] {1, 0.1, 0.01, 0.001}, within(1e-15));
    }

    /** 32 pairs at base 500 000: the first stays, the last is divided by 32, the sixteenth is blended. */
    @Test
    void llama32StretchesLongWavelengthsOnly() {
        ModelShape shape = ModelCatalog.byName("Llama-3.2-1B").orElseThrow().shape();
        double[] scaled = Decoder.rotaryFrequencies(shape);
        assertThat(scaled).hasSize(32);
        assertThat(scaled[0]).isEqualTo(1);
        assertThat(scaled[31]).isCloseTo(StrictMath.pow(500_000, -62.0 / 64) / 32, within(1e-18));
        double plain = StrictMath.pow(500_000, -32.0 / 64);
        double turns = 8192 * plain / (2 * Math.PI);
        double share = (turns - 1) / 3;
        assertThat(share).isBetween(0.1, 0.9);
        assertThat(scaled[16]).isCloseTo(share * plain + (1 - share) * plain / 32, within(1e-15));
    }
}
