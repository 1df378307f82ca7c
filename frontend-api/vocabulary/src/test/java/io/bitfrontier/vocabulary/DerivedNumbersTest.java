package io.bitfrontier.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DerivedNumbersTest {
    private static final ModelShape SHAPE = ModelShape.of(1, 8, 2, 2, 16, 32);

    @Test
    void trainingFlopsAreSixPerMatmulParameterAndTwelvePerAttendedPosition() {
        // 640 weights in projections, 32 * 8 in the head, attention over 4 positions.
        assertThat(Flops.matmulParameters(SHAPE)).isEqualTo(896);
        assertThat(Flops.trainPerToken(SHAPE, 4)).isEqualTo(6.0 * 896 + 12.0 * 1 * 8 * 4);
        assertThat(Flops.evaluatePerToken(SHAPE, 4)).isEqualTo(Flops.trainPerToken(SHAPE, 4) / 3);
    }

    @Test
    void anUntiedHeadIsMultipliedOnceToo() {
        ModelShape untied = ModelCatalog.byName("Llama-3-8B").orElseThrow().shape();

        assertThat(Flops.matmulParameters(untied)).isEqualTo(6_979_321_856L + 525_336_576L);
    }

    @Test
    void aStateHoldsMastersAndTwoMomentsAndScalesWhereTheyAreLearned() {
        // 640 + 256 + 24 parameters, 72 rows.
        assertThat(StateSize.bytes(SHAPE, null)).isEqualTo(12L * 920);
        assertThat(StateSize.bytes(SHAPE, Quantizer.SEQ)).isEqualTo(12L * 992);
        assertThat(StateSize.bytes(SHAPE, Quantizer.MIN_MAX)).isEqualTo(12L * 920);
    }
}
