package io.bitfrontier.trainer.quant;

import io.bitfrontier.vocabulary.Combinations;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import org.bytedeco.pytorch.Tensor;

/**
 * Post-training quantization on ParetoQ's grid of the precision, with the scale per row that minimizes Σ(w − ŵ)²
 * ({@link ClipSearch}): the strongest baseline without data that quantization-aware training has to beat. Level sets are those of
 * {@link ElasticBinary}, {@link StretchedElastic} and {@link LearnedStepSize}.
 */
public final class ErrorMinimizing implements WeightQuantizer {
    private final WeightQuantizer searched;

    /** @param precision 1, 1.58, 2, 3 or 4 bits */
    public ErrorMinimizing(Precision precision) {
        this.searched = Quantizers.of(QuantizerSpec.of(Combinations.paretoq(precision), precision));
    }

    @Override
    public Tensor initialScale(Tensor weight) {
        return ClipSearch.scale(searched, weight);
    }

    @Override
    public boolean learnsScale() {
        return false;
    }

    @Override
    public Grid grid() {
        return searched.grid();
    }

    @Override
    public Mask mask() {
        return Mask.EVERYWHERE;
    }
}
