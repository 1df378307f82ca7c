package io.bitfrontier.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ModelShapeTest {
    @Test
    void headsThatDoNotDivideTheWidthAreNamedWithBothNumbers() {
        assertThat(ModelShape.of(2, 24, 5, 5, 64, 128).violations())
                .containsExactly("dim is 24, which heads = 5 does not divide");
    }

    @Test
    void keyHeadsThatDoNotDivideTheHeadsAreNamed() {
        assertThat(ModelShape.of(2, 24, 6, 4, 64, 128).violations())
                .containsExactly("heads is 6, which kvHeads = 4 does not divide");
    }

    @Test
    void anOddHeadWidthHasNoRotaryPairs() {
        assertThat(ModelShape.of(2, 15, 3, 3, 64, 128).violations())
                .containsExactly("dim / heads is 5, rotary positions need an even number");
    }

    @Test
    void everyNonPositiveDimensionIsNamedAtOnce() {
        assertThat(ModelShape.of(0, -1, 0, 0, 0, 1).violations())
                .containsExactly(
                        "layers is 0, at least 1 is needed",
                        "dim is -1, at least 1 is needed",
                        "heads is 0, at least 1 is needed",
                        "kvHeads is 0, at least 1 is needed",
                        "ffn is 0, at least 1 is needed",
                        "vocab is 1, at least 2 is needed");
    }

    @Test
    void scalesAreCountedPerOutputRow() {
        // Per block: q, o and down have dim rows, k and v kvHeads * headDim, gate and up ffn.
        ModelShape shape = ModelShape.of(2, 24, 4, 2, 64, 128);

        assertThat(shape.quantizedRows()).isEqualTo(2 * (24 + 12 + 12 + 24 + 64 + 64 + 24));
    }
}
