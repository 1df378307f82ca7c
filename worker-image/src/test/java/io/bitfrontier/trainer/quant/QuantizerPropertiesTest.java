package io.bitfrontier.trainer.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.bitfrontier.vocabulary.Combinations;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(OneThread.class)
class QuantizerPropertiesTest {
    private static final int ROWS = 9;
    private static final int COLS = 37;
    private static final QuantizerSpec EXACT_TERNARY =
            new QuantizerSpec(Quantizer.SEQ, Precision.TERNARY, QuantizerSpec.EXACT_GRADIENT);

    /** Every quantizer at every precision it serves, and the one whose α-gradient comes in two kinds with both. */
    static Stream<QuantizerSpec> all() {
        return Stream.concat(
                Arrays.stream(Quantizer.values()).flatMap(quantizer -> Combinations.of(quantizer).precisions().stream()
                        .sorted()
                        .map(precision -> QuantizerSpec.of(quantizer, precision))),
                Stream.of(EXACT_TERNARY));
    }

    static Stream<QuantizerSpec> learned() {
        return all().filter(spec -> spec.quantizer().learnsScale());
    }

    @ParameterizedTest
    @MethodSource("all")
    void theLevelSetHasAsManyLevelsAsThePrecisionAndIsAscending(QuantizerSpec spec) {
        double[] levels = Quantizers.of(spec).levels();
        assertThat(levels).hasSize(spec.precision().levels()).isSorted().doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyOutputLiesOnALevelTimesTheScale(QuantizerSpec spec) {
        WeightQuantizer quantizer = Quantizers.of(spec);
        try (PointerScope scope = new PointerScope()) {
            float[] w = Tensors.gaussian(1, ROWS * COLS, 0.05);
            Tensor weight = Tensors.matrix(w, ROWS, COLS);
            for (double factor : new double[] {0.3, 1.0, 2.5}) {
                Tensor scale = quantizer.initialScale(weight).mul(new Scalar(factor));
                float[] alpha = Tensors.values(scale);
                float[] out = Tensors.values(quantizer.quantize(weight, scale));
                for (int i = 0; i < out.length; i++) {
                    assertThat(distanceToGrid(quantizer.levels(), alpha[i / COLS], out[i]))
                            .as("output %d = %s at scale %s", i, out[i], alpha[i / COLS])
                            .isLessThanOrEqualTo(2 * Math.ulp(out[i]));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyLevelIsReached(QuantizerSpec spec) {
        WeightQuantizer quantizer = Quantizers.of(spec);
        double[] levels = quantizer.levels();
        try (PointerScope scope = new PointerScope()) {
            float[] w = new float[levels.length];
            for (int i = 0; i < w.length; i++) {
                w[i] = (float) (0.5 * levels[i]);
            }
            float[] out = Tensors.values(quantizer.quantize(Tensors.matrix(w, 1, w.length), Tensors.vector(0.5f)));
            for (int i = 0; i < w.length; i++) {
                assertThat(out[i]).isCloseTo(w[i], within(2 * Math.ulp(w[i])));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void zeroRowsStayZeroWhereTheGridHasAZero(QuantizerSpec spec) {
        WeightQuantizer quantizer = Quantizers.of(spec);
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = torch.zeros(2, 8);
            float[] out = Tensors.values(quantizer.quantize(weight, quantizer.initialScale(weight)));
            boolean zero = spec.precision() == Precision.ONE
                    || Arrays.stream(quantizer.levels()).anyMatch(level -> level == 0);
            for (float value : out) {
                if (zero) {
                    assertThat(value).isEqualTo(0f);
                } else {
                    assertThat(Math.abs(value)).isEqualTo(0.25f * Grid.SCALE_FLOOR);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void onlyLearnedQuantizersHaveAScaleGradient(QuantizerSpec spec) {
        WeightQuantizer quantizer = Quantizers.of(spec);
        assertThat(quantizer.learnsScale()).isEqualTo(spec.quantizer().learnsScale());
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = Tensors.matrix(Tensors.gaussian(2, ROWS * COLS, 0.05), ROWS, COLS);
            Tensor upstream = Tensors.matrix(Tensors.gaussian(3, ROWS * COLS, 1), ROWS, COLS);
            float[] gradient = Tensors.values(quantizer
                    .pullBack(weight, quantizer.initialScale(weight), upstream)
                    .scale());
            assertThat(gradient).hasSize(ROWS);
            for (float value : gradient) {
                assertThat(value != 0f).isEqualTo(quantizer.learnsScale());
            }
        }
    }

    /** Those whose α-gradient is mathematically exact where weights are clipped: ŵ is α times the outermost level. */
    static Stream<QuantizerSpec> exactWhereClipped() {
        return learned().filter(spec -> !spec.equals(QuantizerSpec.of(Quantizer.SEQ, Precision.TERNARY)));
    }

    @ParameterizedTest
    @MethodSource("exactWhereClipped")
    void outsideTheClipRangeTheExactScaleGradientIsTheDifferenceQuotient(QuantizerSpec spec) {
        WeightQuantizer quantizer = Quantizers.of(spec);
        try (PointerScope scope = new PointerScope()) {
            float far = 50f;
            Tensor weight = Tensors.matrix(new float[] {far, -far, far, far}, 1, 4);
            Tensor upstream = Tensors.matrix(new float[] {1f, 2f, 0.5f, 0.25f}, 1, 4);
            double found = Tensors.values(
                    quantizer.pullBack(weight, Tensors.vector(1f), upstream).scale())[0];
            double step = 0.25;
            double quotient = 0;
            float[] above = Tensors.values(quantizer.quantize(weight, Tensors.vector((float) (1 + step))));
            float[] below = Tensors.values(quantizer.quantize(weight, Tensors.vector((float) (1 - step))));
            float[] g = Tensors.values(upstream);
            for (int i = 0; i < g.length; i++) {
                quotient += g[i] * (above[i] - below[i]) / (2 * step);
            }
            assertThat(found).isCloseTo(quotient * quantizer.scaleGradientFactor(1, 4), within(1e-5));
        }
    }

    /** With rounding taken as the identity, ŵ = α·level(w/α) has ∂ŵ/∂α = level − w/α inside the clip range. */
    @ParameterizedTest
    @MethodSource("learned")
    void insideTheClipRangeTheScaleGradientIsTheRoundingError(QuantizerSpec spec) {
        WeightQuantizer quantizer = Quantizers.of(spec);
        try (PointerScope scope = new PointerScope()) {
            float alpha = 0.5f;
            float[] w = {0.1f, -0.2f, 0.3f, 0.45f};
            float[] g = {1f, 2f, -0.5f, 0.25f};
            Tensor weight = Tensors.matrix(w, 1, 4);
            float[] out = Tensors.values(quantizer.quantize(weight, Tensors.vector(alpha)));
            double expected = 0;
            for (int i = 0; i < w.length; i++) {
                boolean oneBit = spec.precision() == Precision.ONE;
                expected += g[i] * (out[i] - (oneBit ? 0 : w[i])) / alpha;
            }
            double found = Tensors.values(quantizer
                    .pullBack(weight, Tensors.vector(alpha), Tensors.matrix(g, 1, 4))
                    .scale())[0];
            assertThat(found).isCloseTo(expected * quantizer.scaleGradientFactor(1, 4), within(1e-6));
        }
    }

    @Test
    void ternaryHasTheReferenceSlopeOneOrTheExactTwoThirdsOutsideItsRange() {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = Tensors.matrix(new float[] {5f, -5f, 7f, 9f}, 1, 4);
            Tensor upstream = Tensors.matrix(new float[] {1f, 0f, 0f, 0f}, 1, 4);
            for (boolean exact : new boolean[] {false, true}) {
                WeightQuantizer seq = new StretchedElastic(Precision.TERNARY, exact);
                float[] gradient = Tensors.values(
                        seq.pullBack(weight, Tensors.vector(1f), upstream).scale());
                assertThat(gradient[0]).isCloseTo((exact ? 2f / 3f : 1f) / 2f, within(1e-6f));
            }
        }
    }

    /** The masks that the classes document, on weights just inside, on and just outside the edges. */
    @ParameterizedTest
    @CsvSource({
        "ELASTIC_BINARY, ONE, -1, 1",
        "SEQ, TERNARY, -0.99, 0.99",
        "SEQ, TWO, -0.99, 0.99",
        "LSQ, TWO, -2, 1",
        "LSQ, THREE, -4, 3",
        "LSQ, FOUR, -8, 7",
        "STATISTICS_CLIP, ONE, -1, 1",
        "STATISTICS_CLIP, TERNARY, -0.99, 0.99",
        "STATISTICS_CLIP, TWO, -0.99, 0.99",
        "QUANTILE_CLIP, ONE, -1, 1",
        "QUANTILE_CLIP, TERNARY, -0.99, 0.99",
        "QUANTILE_CLIP, TWO, -0.99, 0.99",
        "QUANTILE_CLIP, THREE, -4, 3",
        "QUANTILE_CLIP, FOUR, -8, 7"
    })
    void theGradientOfAClippedWeightIsZero(Quantizer name, Precision precision, float low, float high) {
        WeightQuantizer quantizer = Quantizers.of(QuantizerSpec.of(name, precision));
        try (PointerScope scope = new PointerScope()) {
            float[] w = {low, high, Math.nextUp(low), Math.nextDown(high), Math.nextDown(low), Math.nextUp(high), 0f};
            Tensor upstream = Tensors.matrix(new float[] {1, 2, 3, 4, 5, 6, 7}, 1, 7);
            float[] gradient = Tensors.values(quantizer
                    .pullBack(Tensors.matrix(w, 1, 7), Tensors.vector(1f), upstream)
                    .weight());
            assertThat(gradient).containsExactly(1, 2, 3, 4, 0, 0, 7);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "MIN_MAX, ONE",
        "MIN_MAX, TWO",
        "MIN_MAX, FOUR",
        "STATISTICS_CLIP, THREE",
        "STATISTICS_CLIP, FOUR",
        "BITNET_ABSMEAN, TERNARY",
        "RTN, THREE"
    })
    void theStraightThroughOnesHandEveryGradientOn(Quantizer name, Precision precision) {
        WeightQuantizer quantizer = Quantizers.of(QuantizerSpec.of(name, precision));
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = Tensors.matrix(new float[] {-100f, 0f, 3f, 100f}, 1, 4);
            Tensor upstream = Tensors.matrix(new float[] {1, 2, 3, 4}, 1, 4);
            assertThat(Tensors.values(quantizer
                            .pullBack(weight, Tensors.vector(1f), upstream)
                            .weight()))
                    .containsExactly(1, 2, 3, 4);
        }
    }

    @Test
    void bitNetHasOneScaleForTheWholeMatrix() {
        try (PointerScope scope = new PointerScope()) {
            WeightQuantizer bitnet = new BitNetAbsmean();
            Tensor weight = Tensors.matrix(new float[] {0.1f, -0.3f, 0.9f, -0.7f}, 2, 2);
            Tensor scale = bitnet.initialScale(weight);
            assertThat(Tensors.values(scale)).containsExactly(0.5f, 0.5f);
            assertThat(Tensors.values(bitnet.quantize(weight, scale))).containsExactly(0f, -0.5f, 0.5f, -0.5f);
            assertThat(bitnet.quantizesActivations()).isTrue();
        }
    }

    @Test
    void bitNetDividesByTheMeanAndASmallOffset() {
        try (PointerScope scope = new PointerScope()) {
            WeightQuantizer bitnet = new BitNetAbsmean();
            Tensor weight = Tensors.matrix(new float[] {1.2e-5f, -0.8e-5f}, 1, 2);
            assertThat(Tensors.values(bitnet.quantize(weight, bitnet.initialScale(weight))))
                    .containsExactly(1e-5f, 0f);
        }
    }

    /** A row of magnitudes 0.1, 0.2, 0.3 and 1: mean 0.4, largest 1. */
    @ParameterizedTest
    @CsvSource({
        "ELASTIC_BINARY, 0.4, , , , ",
        "SEQ, , 1, 1, , ",
        "LSQ, , , 1, 0.33333334, 0.14285715",
        "RTN, 0.4, 1, 1, 0.33333334, 0.14285715",
        "MIN_MAX, 0.4, 1, 1, 0.33333334, 0.14285715",
        "STATISTICS_CLIP, 0.4, 0.8, 0.8, 0.33333334, 0.14285715",
        "QUANTILE_CLIP, 0.3, 1, 1, 0.33333334, 0.14285715",
        "BITNET_ABSMEAN, , 0.4, , , "
    })
    void theScaleOfAWorkedRowIsTheDocumentedOne(
            Quantizer name, Float one, Float ternary, Float two, Float three, Float four) {
        Map<Precision, Float> expected = new EnumMap<>(Precision.class);
        expected.put(Precision.ONE, one);
        expected.put(Precision.TERNARY, ternary);
        expected.put(Precision.TWO, two);
        expected.put(Precision.THREE, three);
        expected.put(Precision.FOUR, four);
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = Tensors.matrix(new float[] {0.3f, -1f, 0.1f, -0.2f}, 1, 4);
            for (Precision precision : Combinations.of(name).precisions()) {
                float found = Tensors.values(
                        Quantizers.of(QuantizerSpec.of(name, precision)).initialScale(weight))[0];
                assertThat(found).as("%s bits", precision.label()).isCloseTo(expected.get(precision), within(1e-7f));
            }
        }
    }

    @Test
    void theQuantileIsTheNearestRank() {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = Tensors.matrix(new float[] {-4f, 1f, 3f, -2f, 5f, 6f, -7f, 8f, 9f, -10f}, 1, 10);
            assertThat(Tensors.values(RowStatistics.quantile(weight, 0.7))).containsExactly(7f);
            assertThat(Tensors.values(RowStatistics.quantile(weight, 0.71))).containsExactly(8f);
            assertThat(Tensors.values(RowStatistics.quantile(weight, 1.0))).containsExactly(10f);
        }
    }

    @Test
    void aBitWidthWithoutAGridIsRefusedTogetherWithAnUnknownGradient() {
        assertThatThrownBy(() -> Quantizers.of(new QuantizerSpec(Quantizer.SEQ, Precision.FOUR, "smooth")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("precision is 4, seq serves [1.58, 2]; "
                        + "scaleGradient is smooth, it is one of [reference, exact]");
    }

    /** The nearest of level·α; a weight of exactly zero counts as on every grid. */
    private static double distanceToGrid(double[] levels, double alpha, double value) {
        return Arrays.stream(levels)
                .map(level -> Math.abs(level * alpha - value))
                .min()
                .orElseThrow();
    }
}
