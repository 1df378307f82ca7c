package io.bitfrontier.trainer.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The CPU kernel against the reference: ŵ and ∂w bit for bit, signs of zero included; ∂α within 1e-5 relative or, where
 * its terms cancel, 1e-6 of their magnitudes.
 */
@ExtendWith(OneThread.class)
class KernelAgreementTest {
    /** Odd ones, one row, one column, longer than a block, and the projections of tiny models. */
    private static final List<int[]> SHAPES = List.of(
            new int[] {1, 1},
            new int[] {3, 7},
            new int[] {1, 4099},
            new int[] {65, 129},
            new int[] {5, 9001},
            new int[] {32, 32},
            new int[] {16, 32},
            new int[] {88, 32},
            new int[] {32, 88},
            new int[] {64, 64},
            new int[] {172, 64},
            new int[] {64, 172},
            new int[] {300, 517});

    static Stream<QuantizerSpec> all() {
        return QuantizerPropertiesTest.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void oneThreadAgreesWithTheReference(QuantizerSpec spec) {
        agrees(spec, new CpuKernel(1), SHAPES);
    }

    @ParameterizedTest
    @MethodSource("all")
    void threeThreadsAgreeWithTheReference(QuantizerSpec spec) {
        agrees(spec, new CpuKernel(3), List.of(new int[] {300, 517}, new int[] {3, 50_001}));
    }

    @ParameterizedTest
    @MethodSource("all")
    void theNumberOfThreadsChangesNoBit(QuantizerSpec spec) {
        WeightQuantizer quantizer = Quantizers.of(spec);
        try (PointerScope scope = new PointerScope()) {
            Case one = Case.random(7, 301, 1031, quantizer, 0.7);
            Result first = one.run(new CpuKernel(1));
            Result second = one.run(new CpuKernel(4));
            assertSameBits(first.quantized(), second.quantized(), "quantized");
            assertSameBits(first.gradient(), second.gradient(), "gradient");
            assertSameBits(first.scaleGradient(), second.scaleGradient(), "scaleGradient");
        }
    }

    /** Long enough for the JIT compiler to have put its vector code in place. */
    @ParameterizedTest
    @MethodSource("all")
    void theCompiledLoopsAgreeToo(QuantizerSpec spec) {
        WeightQuantizer quantizer = Quantizers.of(spec);
        try (PointerScope scope = new PointerScope()) {
            Case one = Case.random(11, 64, 1031, quantizer, 0.7);
            QuantizationKernel kernel = new CpuKernel(1);
            for (int i = 0; i < 30; i++) {
                try (PointerScope repeat = new PointerScope()) {
                    one.run(kernel);
                }
            }
            assertAgree(one, kernel, "compiled");
        }
    }

    @Test
    void edgesTiesZerosAndSubnormalsAgree() {
        for (QuantizerSpec spec : all().toList()) {
            WeightQuantizer quantizer = Quantizers.of(spec);
            try (PointerScope scope = new PointerScope()) {
                float[] w = {
                    0f,
                    -0f,
                    Float.MIN_VALUE,
                    -Float.MIN_VALUE,
                    1e-38f,
                    0.5f,
                    -0.5f,
                    1.5f,
                    -1.5f,
                    2.5f,
                    -2.5f,
                    3.5f,
                    -4.5f,
                    7.5f,
                    -8.5f,
                    0.99f,
                    -0.99f,
                    1f,
                    -1f,
                    Math.nextUp(0.99f),
                    Math.nextUp(1f),
                    Math.nextUp(7f),
                    0.25f,
                    -0.25f,
                    0.75f,
                    1f / 3f,
                    -1f / 3f,
                    1e6f,
                    -1e6f,
                    1e30f,
                    0.33333f,
                    0.49999997f
                };
                Case edges = new Case(
                        quantizer,
                        Tensors.matrix(w, 1, w.length),
                        Tensors.vector(1f),
                        Tensors.matrix(Tensors.gaussian(5, w.length, 1), 1, w.length));
                assertAgree(edges, new CpuKernel(1), spec.toString());
            }
        }
    }

    @Test
    void scalesAtAndBelowTheFloorAgree() {
        for (QuantizerSpec spec : all().toList()) {
            try (PointerScope scope = new PointerScope()) {
                Case floors = new Case(
                        Quantizers.of(spec),
                        Tensors.matrix(Tensors.gaussian(8, 5 * 16, 1e-5), 5, 16),
                        Tensors.vector(0f, -1f, 1e-5f, 9e-6f, 1.1e-5f),
                        Tensors.matrix(Tensors.gaussian(9, 5 * 16, 1), 5, 16));
                assertAgree(floors, new CpuKernel(1), spec.toString());
            }
        }
    }

    @Test
    void aKernelLeavesTheScaleGradientOfAComputedScaleAlone() {
        WeightQuantizer quantizer = new MinMax(Precision.THREE);
        for (QuantizationKernel kernel : List.of(new ReferenceKernel(), new CpuKernel(1))) {
            try (PointerScope scope = new PointerScope()) {
                Tensor weight = torch.randn(4, 8);
                Tensor untouched = torch.ones(4);
                kernel.backward(quantizer, weight, quantizer.initialScale(weight), torch.randn(4, 8), untouched);
                assertThat(Tensors.values(untouched)).containsOnly(1f);
            }
        }
    }

    @Test
    void tensorsOfTheWrongShapeOrTypeAreRefusedBeforeNativeMemoryIsRead() {
        WeightQuantizer quantizer = new ElasticBinary();
        for (QuantizationKernel kernel : List.of(new ReferenceKernel(), new CpuKernel(1))) {
            try (PointerScope scope = new PointerScope()) {
                Tensor weight = torch.randn(4, 8);
                Tensor scale = torch.ones(4);
                assertThatThrownBy(() -> kernel.forward(quantizer, weight, torch.ones(3), torch.empty(4, 8)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("scale has shape (3)")
                        .hasMessageContaining("(4, 8)");
                assertThatThrownBy(() -> kernel.forward(quantizer, weight, scale, torch.empty(8, 4)))
                        .hasMessageContaining("quantized has shape (8, 4)");
                assertThatThrownBy(() -> kernel.forward(quantizer, weight.to(ScalarType.Double), scale, weight))
                        .hasMessageContaining("weight is Double");
                assertThatThrownBy(() -> kernel.backward(
                                quantizer, weight, scale, torch.randn(8, 4).t(), scale))
                        .hasMessageContaining("gradient is Float, strided");
            }
        }
        assertThatThrownBy(() -> new CpuKernel(0)).hasMessage("threads is 0, at least 1 is needed");
    }

    @Test
    void theBenchmarkMeasuresBothKernels() {
        QuantizerBenchmark.Timing timing = QuantizerBenchmark.measure(new ElasticBinary(), 8, 16, 1, 3);
        assertThat(timing.quantizer()).isEqualTo("ElasticBinary");
        assertThat(timing.referenceMs()).isPositive();
        assertThat(timing.kernelMs()).isPositive();
        assertThat(timing.speedup()).isEqualTo(timing.referenceMs() / timing.kernelMs());
    }

    private static void agrees(QuantizerSpec spec, QuantizationKernel kernel, List<int[]> shapes) {
        WeightQuantizer quantizer = Quantizers.of(spec);
        for (int[] shape : shapes) {
            for (double width : new double[] {0.4, 1.0, 3.0}) {
                try (PointerScope scope = new PointerScope()) {
                    Case one = Case.random(shape[0] * 31L + shape[1], shape[0], shape[1], quantizer, width);
                    assertAgree(one, kernel, shape[0] + "x" + shape[1] + " at " + width);
                }
            }
        }
    }

    private static void assertAgree(Case one, QuantizationKernel kernel, String label) {
        Result expected = one.run(new ReferenceKernel());
        Result found = one.run(kernel);
        assertSameBits(found.quantized(), expected.quantized(), label + " quantized");
        assertSameBits(found.gradient(), expected.gradient(), label + " gradient");
        int rows = expected.scaleGradient().length;
        int cols = expected.gradient().length / rows;
        float[] upstream = Tensors.values(one.upstream());
        double worst = one.quantizer().scaleGradientFactor(rows, cols)
                * Math.max(
                        -one.quantizer().grid().slopeBelow(),
                        one.quantizer().grid().slopeAbove());
        for (int row = 0; row < rows; row++) {
            double magnitudes = 0;
            for (int i = row * cols; i < (row + 1) * cols; i++) {
                magnitudes += Math.abs(upstream[i]) * worst;
            }
            double reference = expected.scaleGradient()[row];
            assertThat((double) found.scaleGradient()[row])
                    .as("%s scaleGradient of row %d", label, row)
                    .isCloseTo(reference, within(Math.max(1e-5 * Math.abs(reference), 1e-6 * magnitudes)));
        }
    }

    private static void assertSameBits(float[] found, float[] expected, String label) {
        for (int i = 0; i < expected.length; i++) {
            if (Float.floatToIntBits(found[i]) != Float.floatToIntBits(expected[i])) {
                assertThat(found[i]).as("%s[%d]", label, i).isEqualTo(expected[i]);
                throw new AssertionError(label + "[" + i + "] differs in the sign of zero");
            }
        }
        assertThat(found).as(label).hasSameSizeAs(expected);
    }

    private record Result(float[] quantized, float[] gradient, float[] scaleGradient) {}

    private record Case(WeightQuantizer quantizer, Tensor weight, Tensor scale, Tensor upstream) {
        static Case random(long seed, int rows, int cols, WeightQuantizer quantizer, double width) {
            Tensor weight = Tensors.matrix(Tensors.gaussian(seed, rows * cols, 0.05), rows, cols);
            Tensor scale = quantizer.initialScale(weight).mul(new Scalar((float) width));
            return new Case(
                    quantizer, weight, scale, Tensors.matrix(Tensors.gaussian(seed + 1, rows * cols, 1), rows, cols));
        }

        Result run(QuantizationKernel kernel) {
            Tensor quantized = torch.full(new long[] {weight.size(0), weight.size(1)}, new Scalar(-9f));
            kernel.forward(quantizer, weight, scale, quantized);
            Tensor gradient = upstream.clone();
            Tensor scaleGradient = torch.zeros(weight.size(0));
            kernel.backward(quantizer, weight, scale, gradient, scaleGradient);
            return new Result(Tensors.values(quantized), Tensors.values(gradient), Tensors.values(scaleGradient));
        }
    }
}
