package io.bitfrontier.trainer.train;

import io.bitfrontier.trainer.device.Compute;
import io.bitfrontier.trainer.quant.CpuKernel;
import io.bitfrontier.trainer.quant.QuantizationKernel;
import io.bitfrontier.trainer.quant.Quantizers;
import io.bitfrontier.trainer.quant.ReferenceKernel;
import io.bitfrontier.trainer.quant.WeightQuantizer;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the trainer gets its quantizers from and how it applies them.
 *
 * @param quantizers the quantizer of a specification
 * @param kernel applies one to a whole matrix
 */
public record Quantization(Function<QuantizerSpec, WeightQuantizer> quantizers, QuantizationKernel kernel) {
    /** All quantizers, applied by the fast kernel on the processor and by LibTorch's arithmetic on a GPU. */
    public static Quantization on(Compute compute) {
        return new Quantization(
                Quantizers::of, compute.device().isCuda() ? new ReferenceKernel() : new CpuKernel(compute.threads()));
    }

    /** The quantizer of a trajectory, or null in full precision. */
    @Nullable
    WeightQuantizer of(@Nullable QuantizerSpec spec) {
        return spec == null ? null : quantizers.apply(spec);
    }
}
