package io.bitfrontier.trainer.quant;

import io.bitfrontier.vocabulary.Precision;
import org.bytedeco.pytorch.Tensor;

/**
 * Stretched elastic quantization, SEQ (arXiv 2502.02631, section 3), 1.58 and 2 bits.
 *
 * <ul>
 *   <li>1.58 bits: ŵ = α·round(1.5·clip(x, ±0.99))/1.5; levels −⅔, 0, ⅔.
 *   <li>2 bits: ŵ = α·(round(2·clip(x, ±0.99) − ½) + ½)/2; levels ±¼, ±¾.
 *   <li>∂L/∂w = g where |x| ≤ 0.99, else 0.
 *   <li>∂L/∂α = Σ g·(level − x) inside and Σ ±g·e outside, over √numel.
 *   <li>α starts at max|w| of the row.
 * </ul>
 *
 * <p>e is the outermost level, ¾ or ⅔, except that the reference has 1 for ternary. The equation printed in the paper has one
 * level more than its results were made with; these are the levels of the results.
 */
public final class StretchedElastic implements WeightQuantizer {
    private final Grid grid;

    /**
     * @param precision 1.58 or 2 bits
     * @param exactScaleGradient whether ternary's α-gradient outside the clip range is that of its level, ±⅔, rather than the
     *     reference's ±1
     */
    public StretchedElastic(Precision precision, boolean exactScaleGradient) {
        this.grid = switch (precision) {
            case TERNARY -> Grid.Stretched.ternary(exactScaleGradient ? 2f / 3f : 1f);
            case TWO -> Grid.Stretched.twoBits();
            case ONE, THREE, FOUR, FULL ->
                throw new IllegalArgumentException("seq has no " + precision.label() + "-bit grid; it has 1.58 and 2");
        };
    }

    @Override
    public Tensor initialScale(Tensor weight) {
        return RowStatistics.largest(weight);
    }

    @Override
    public boolean learnsScale() {
        return true;
    }

    @Override
    public Grid grid() {
        return grid;
    }

    @Override
    public Mask mask() {
        return Mask.INSIDE;
    }
}
