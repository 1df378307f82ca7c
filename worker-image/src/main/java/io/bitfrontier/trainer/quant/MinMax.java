package io.bitfrontier.trainer.quant;

import io.bitfrontier.vocabulary.Precision;
import org.bytedeco.pytorch.Tensor;

/**
 * Min-max quantization-aware training, the weight part of LLM-QAT (arXiv 2305.17888, eq. 1), 1 to 4 bits.
 *
 * <ul>
 *   <li>ŵ and its levels are those of {@link RoundToNearest}; the scale is computed from the weights anew in every step and
 *       is a constant to the gradient.
 *   <li>∂L/∂w = g everywhere: the range covers every weight at 1.58 bits and more, so there is nothing to mask; at 1 bit it
 *       is the plain straight-through estimator (arXiv 1308.3432).
 * </ul>
 */
public final class MinMax implements WeightQuantizer {
    private final Grid grid;

    /** @param precision 1, 1.58, 2, 3 or 4 bits */
    public MinMax(Precision precision) {
        this.grid = RoundToNearest.absmaxGrid("min-max", precision);
    }

    @Override
    public Tensor initialScale(Tensor weight) {
        return RoundToNearest.absmaxScale(grid, weight);
    }

    @Override
    public boolean learnsScale() {
        return false;
    }

    @Override
    public Grid grid() {
        return grid;
    }

    @Override
    public Mask mask() {
        return Mask.EVERYWHERE;
    }
}
