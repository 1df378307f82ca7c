package io.bitfrontier.trainer.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.bitfrontier.vocabulary.Combinations;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
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
class ClipSearchTest {
    static Stream<QuantizerSpec> learnedAndRoundToNearest() {
        return QuantizerPropertiesTest.all()
                .filter(spec -> spec.scaleGradient().equals(QuantizerSpec.REFERENCE_GRADIENT))
                .filter(spec -> spec.quantizer().learnsScale() || spec.quantizer() == Quantizer.RTN);
    }

    @ParameterizedTest
    @MethodSource("learnedAndRoundToNearest")
    void noScaleOfAFineSweepIsBetterByOnePercent(QuantizerSpec spec) {
        WeightQuantizer quantizer = Quantizers.of(spec);
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = Tensors.matrix(Tensors.gaussian(4, 6 * 256, 0.03), 6, 256);
            float[] found = Tensors.values(ClipSearch.error(quantizer, weight, ClipSearch.scale(quantizer, weight)));
            float[] start = Tensors.values(quantizer.initialScale(weight));
            for (int i = 1; i <= 1000; i++) {
                float[] candidate = new float[start.length];
                for (int row = 0; row < start.length; row++) {
                    candidate[row] = start[row] * i / 500f;
                }
                float[] error = Tensors.values(ClipSearch.error(quantizer, weight, Tensors.vector(candidate)));
                for (int row = 0; row < start.length; row++) {
                    assertThat(found[row]).isLessThanOrEqualTo(1.01f * error[row]);
                }
            }
        }
    }

    /** Least errors of uniform quantizers for a standard normal: J. Max, IRE Trans. Inform. Theory 6 (1960), table II. */
    @ParameterizedTest
    @CsvSource({"ELASTIC_BINARY, ONE, 0.3634", "SEQ, TERNARY, 0.1902", "SEQ, TWO, 0.1188"})
    void theErrorOfManyNormalWeightsIsThePublishedLeast(Quantizer name, Precision precision, double published) {
        WeightQuantizer quantizer = Quantizers.of(QuantizerSpec.of(name, precision));
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = Tensors.matrix(Tensors.gaussian(6, 200_000, 1), 1, 200_000);
            Tensor error = ClipSearch.error(quantizer, weight, ClipSearch.scale(quantizer, weight));
            assertThat(Tensors.values(error)[0] / 200_000).isCloseTo((float) published, within(0.002f));
        }
    }

    /** The percentiles of quantile-clip are those of normal weights, so there a search gains next to nothing. */
    @ParameterizedTest
    @CsvSource({"ONE", "TERNARY", "TWO", "THREE", "FOUR"})
    void theQuantileIsWithinTwoPercentOfTheSearchForNormalWeights(Precision precision) {
        WeightQuantizer quantizer = new QuantileClip(precision);
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = Tensors.matrix(Tensors.gaussian(6, 100_000, 1), 1, 100_000);
            float searched =
                    Tensors.values(ClipSearch.error(quantizer, weight, ClipSearch.scale(quantizer, weight)))[0];
            float quantile = Tensors.values(ClipSearch.error(quantizer, weight, quantizer.initialScale(weight)))[0];
            assertThat(quantile).isLessThan(1.02f * searched);
        }
    }

    @Test
    void rowsOfZerosAndSingleOutliersKeepAFiniteScale() {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = torch.zeros(3, 16);
            weight.narrow(0, 1, 1).narrow(1, 0, 1).fill_(new Scalar(100f));
            weight.narrow(0, 2, 1).fill_(new Scalar(-0.5f));
            for (QuantizerSpec spec : learnedAndRoundToNearest().toList()) {
                WeightQuantizer quantizer = Quantizers.of(spec);
                Tensor scale = ClipSearch.scale(quantizer, weight);
                for (float value : Tensors.values(scale)) {
                    assertThat(value).isFinite().isNotNegative();
                }
                assertThat(Tensors.values(ClipSearch.error(quantizer, weight, scale))[2])
                        .as("a row of one magnitude, which is a level, %s", spec)
                        .isLessThan(1e-6f);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"ONE", "TERNARY", "TWO", "THREE", "FOUR"})
    void theErrorMinimizingQuantizerErrsNoMoreThanTheStartValueOfItsGrid(Precision precision) {
        WeightQuantizer minimizing = new ErrorMinimizing(precision);
        WeightQuantizer start = Quantizers.of(QuantizerSpec.of(Combinations.paretoq(precision), precision));
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = Tensors.matrix(Tensors.gaussian(11, 6 * 200, 0.05), 6, 200);
            float[] found = Tensors.values(ClipSearch.error(start, weight, minimizing.initialScale(weight)));
            float[] given = Tensors.values(ClipSearch.error(start, weight, start.initialScale(weight)));
            for (int row = 0; row < found.length; row++) {
                assertThat(found[row]).isLessThanOrEqualTo(given[row]);
            }
        }
    }

    @Test
    void aScalePerMatrixIsRefused() {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = torch.ones(2, 2);
            assertThatThrownBy(() -> ClipSearch.scale(new BitNetAbsmean(), weight))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("bitnet-absmean");
        }
    }
}
