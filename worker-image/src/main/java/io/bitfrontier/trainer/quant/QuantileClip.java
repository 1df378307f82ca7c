package io.bitfrontier.trainer.quant;

import io.bitfrontier.vocabulary.Precision;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The clip range from a percentile of |w| per row, recomputed in every step and a constant to the gradient.
 *
 * <ul>
 *   <li>1 bit: ŵ = c·sign(w). 1.58 and 2 bits: SEQ's grid with α = c. 3 and 4 bits: clip(round(w/s), −2^(b−1), 2^(b−1) − 1)
 *       with s = c/(2^(b−1) − 1).
 *   <li>c is the percentile, by nearest rank, whose grid has the least squared error for normally distributed weights: the
 *       {@value #SHARE_1}, {@value #SHARE_1_58}, {@value #SHARE_2}, {@value #SHARE_3} and {@value #SHARE_4} quantiles at
 *       1, 1.58, 2, 3 and 4 bits (J. Max, IRE Trans. Inform. Theory 6, 1960).
 *   <li>∂L/∂w = g where the weight is not clipped: |w/α| ≤ 1 at 1 bit, ≤ 0.99 at 1.58 and 2, lowest code ≤ w/s ≤ highest
 *       code above.
 * </ul>
 */
public final class QuantileClip implements WeightQuantizer {
    static final double SHARE_1 = 0.575;
    static final double SHARE_1_58 = 0.934;
    static final double SHARE_2 = 0.954;
    static final double SHARE_3 = 0.929;
    static final double SHARE_4 = 0.982;

    private final Grid grid;
    private final double share;

    /** @param precision 1, 1.58, 2, 3 or 4 bits */
    public QuantileClip(Precision precision) {
        this.grid = switch (precision) {
            case TERNARY -> Grid.Stretched.ternary(2f / 3f);
            case TWO -> Grid.Stretched.twoBits();
            case ONE, THREE, FOUR, FULL -> RoundToNearest.absmaxGrid("quantile-clip", precision);
        };
        this.share = switch (precision) {
            case ONE -> SHARE_1;
            case TERNARY -> SHARE_1_58;
            case TWO -> SHARE_2;
            case THREE -> SHARE_3;
            case FOUR, FULL -> SHARE_4;
        };
    }

    @Override
    public Tensor initialScale(Tensor weight) {
        return RowStatistics.quantile(weight, share).div(new Scalar((float) grid.highestCode()));
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
        return Mask.INSIDE;
    }
}
