package io.bitfrontier.trainer.quant;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** How long the reference and the CPU kernel take for forward and backward over one matrix. */
public final class QuantizerBenchmark {
    private QuantizerBenchmark() {}

    /**
     * Median milliseconds of one forward and one backward.
     *
     * @param threads of LibTorch for the reference, of the kernel otherwise
     * @param quantizer the class that was measured
     */
    public record Timing(String quantizer, int rows, int cols, int threads, double referenceMs, double kernelMs) {
        /** How many times the kernel is faster. */
        public double speedup() {
            return referenceMs / kernelMs;
        }
    }

    /**
     * Measures reference and kernel in turn, so that a noisy machine disturbs both; a third of the trials comes first,
     * unmeasured, for the compiler. LibTorch's thread count is put back afterwards.
     *
     * @param trials measured calls of each
     */
    public static Timing measure(WeightQuantizer quantizer, int rows, int cols, int threads, int trials) {
        int before = torch.get_num_threads();
        torch.set_num_threads(threads);
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = torch.randn(rows, cols);
            Tensor upstream = torch.randn(rows, cols);
            Case matrix = new Case(
                    quantizer,
                    weight,
                    quantizer.initialScale(weight),
                    upstream,
                    upstream.clone(),
                    torch.empty(rows, cols),
                    torch.empty(rows));
            QuantizationKernel reference = new ReferenceKernel();
            QuantizationKernel kernel = new CpuKernel(threads);
            List<Double> referenceMs = new ArrayList<>();
            List<Double> kernelMs = new ArrayList<>();
            for (int trial = -(trials + 2) / 3; trial < trials; trial++) {
                double slow = matrix.run(reference);
                double fast = matrix.run(kernel);
                if (trial >= 0) {
                    referenceMs.add(slow);
                    kernelMs.add(fast);
                }
            }
            return new Timing(
                    quantizer.getClass().getSimpleName(), rows, cols, threads, median(referenceMs), median(kernelMs));
        } finally {
            torch.set_num_threads(before);
        }
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    private record Case(
            WeightQuantizer quantizer,
            Tensor weight,
            Tensor scale,
            Tensor upstream,
            Tensor gradient,
            Tensor quantized,
            Tensor scaleGradient) {
        double run(QuantizationKernel kernel) {
            gradient.copy_(upstream);
            long start = System.nanoTime();
            kernel.forward(quantizer, weight, scale, quantized);
            kernel.backward(quantizer, weight, scale, gradient, scaleGradient);
            return (System.nanoTime() - start) / 1e6;
        }
    }
}
