package io.bitfrontier.trainer.train;

import io.bitfrontier.trainer.quant.QuantizationKernel;
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
    /** The quantizer of a trajectory, or null in full precision. */
    @Nullable
    WeightQuantizer of(@Nullable QuantizerSpec spec) {
        return spec == null ? null : quantizers.apply(spec);
    }
}
