package io.bitfrontier.trainer.quant;

import io.bitfrontier.vocabulary.Precision;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The clip range from statistics of the weights, recomputed in every step and a constant to the gradient: the comparison to
 * learned ranges in arXiv 2502.02631.
 *
 * <ul>
 *   <li>1 bit: ŵ = α·sign(w), α = mean|w| (arXiv 1603.05279, eq. 6); levels −1, 1.
 *   <li>2 bits: α = 2·mean|w| on SEQ's grid; levels ±¼, ±¾.
 *   <li>1.58 bits: the same α on SEQ's ternary grid, so that weights up to ⅔·mean|w| become 0 (arXiv 1605.04711, eq. 6 has
 *       0.7); levels −⅔, 0, ⅔.
 *   <li>3 and 4 bits: {@link MinMax}.
 *   <li>∂L/∂w = g where the weight is not clipped: |w/α| ≤ 1 at 1 bit, ≤ 0.99 at 1.58 and 2; everywhere at 3 and 4.
 * </ul>
 */
public final class StatisticsClip implements WeightQuantizer {
    private static final Scalar MEANS_IN_RANGE = new Scalar(2f);

    private final Grid grid;

    /** @param precision 1, 1.58, 2, 3 or 4 bits */
    public StatisticsClip(Precision precision) {
        this.grid = switch (precision) {
            case TERNARY -> Grid.Stretched.ternary(2f / 3f);
            case TWO -> Grid.Stretched.twoBits();
            case ONE, THREE, FOUR, FULL -> RoundToNearest.absmaxGrid("statistics-clip", precision);
        };
    }

    @Override
    public Tensor initialScale(Tensor weight) {
        if (grid instanceof Grid.Stretched) {
            return RowStatistics.mean(weight).mul(MEANS_IN_RANGE);
        }
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
        return grid instanceof Grid.Steps ? Mask.EVERYWHERE : Mask.INSIDE;
    }
}
