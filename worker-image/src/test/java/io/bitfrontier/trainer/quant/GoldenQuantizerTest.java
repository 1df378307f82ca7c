package io.bitfrontier.trainer.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.bitfrontier.trainer.quant.GoldenCases.GoldenCase;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tolerances, float32: ŵ and ∂w exactly equal (−0 counts as 0); start values within one unit in the last place, as a mean depends
 * on the order of its sum; ∂α within 1e-6 of the sum of the magnitudes of its terms, times 1/√(numel·Qp), which is what
 * reordering a sum of a few dozen terms may cost.
 */
@ExtendWith(OneThread.class)
class GoldenQuantizerTest {
    private static final double SUM_TOLERANCE = 1e-6;

    static List<GoldenCase> cases() {
        return GoldenCases.in(GoldenCases.folder());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theReferenceKernelAgrees(GoldenCase golden) {
        agrees(golden, ReferenceKernel::new);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theCpuKernelAgrees(GoldenCase golden) {
        agrees(golden, () -> new CpuKernel(1));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theStartValueAgrees(GoldenCase golden) {
        if (golden.initialScale() == null) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            float[] start = Tensors.values(Quantizers.of(golden.spec())
                    .initialScale(Tensors.matrix(golden.weight(), golden.rows(), golden.cols())));
            assertThat(start).hasSize(golden.rows());
            for (int row = 0; row < start.length; row++) {
                float expected = golden.initialScale()[row];
                assertThat(start[row]).as("row %d", row).isCloseTo(expected, within(Math.ulp(expected)));
            }
        }
    }

    @Test
    void aFolderWithoutCasesFails(@TempDir Path empty) {
        assertThatThrownBy(() -> GoldenCases.in(empty))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(empty.toString());
    }

    private static void agrees(GoldenCase golden, Supplier<QuantizationKernel> kernels) {
        WeightQuantizer quantizer = Quantizers.of(golden.spec());
        QuantizationKernel kernel = kernels.get();
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = Tensors.matrix(golden.weight(), golden.rows(), golden.cols());
            Tensor alpha = Tensors.vector(golden.scale());
            Tensor quantized = torch.empty(golden.rows(), golden.cols());
            kernel.forward(quantizer, weight, alpha, quantized);
            if (golden.quantized() != null) {
                assertEqual("quantized", Tensors.values(quantized), golden.quantized());
            }
            Tensor gradient = Tensors.matrix(golden.gradOutput(), golden.rows(), golden.cols());
            Tensor scaleGradient = torch.empty(golden.rows());
            kernel.backward(quantizer, weight, alpha, gradient, scaleGradient);
            if (golden.gradWeight() != null) {
                assertEqual("gradWeight", Tensors.values(gradient), golden.gradWeight());
            }
            if (golden.gradScale() != null && quantizer.learnsScale()) {
                float[] found = Tensors.values(scaleGradient);
                double factor = quantizer.scaleGradientFactor(golden.rows(), golden.cols());
                for (int row = 0; row < golden.rows(); row++) {
                    double magnitudes = factor * highestSlope(quantizer) * rowMagnitude(golden, row);
                    assertThat((double) found[row])
                            .as("gradScale of row %d", row)
                            .isCloseTo(golden.gradScale()[row], within(SUM_TOLERANCE * magnitudes));
                }
            }
        }
    }

    private static void assertEqual(String what, float[] found, float[] expected) {
        assertThat(found).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i] + 0f).as("%s[%d]", what, i).isEqualTo(expected[i] + 0f);
        }
    }

    private static double highestSlope(WeightQuantizer quantizer) {
        return Math.max(-quantizer.grid().slopeBelow(), quantizer.grid().slopeAbove());
    }

    private static double rowMagnitude(GoldenCase golden, int row) {
        double sum = 0;
        for (int i = row * golden.cols(); i < (row + 1) * golden.cols(); i++) {
            sum += Math.abs(golden.gradOutput()[i]);
        }
        return sum;
    }
}
