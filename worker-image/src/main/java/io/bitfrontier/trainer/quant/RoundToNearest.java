package io.bitfrontier.trainer.quant;

import io.bitfrontier.vocabulary.Precision;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Round to nearest on the symmetric absmax grid, post-training, 1 to 4 bits.
 *
 * <ul>
 *   <li>b = 2, 3, 4: s = max|w|/(2^(b−1) − 1) of the row, ŵ = s·clip(round(w/s), −2^(b−1), 2^(b−1) − 1). The lowest level is
 *       in the set but no weight reaches it while s is the start value.
 *   <li>1.58: s = max|w|; levels −1, 0, 1.
 *   <li>1: ŵ = mean|w|·sign(w).
 *   <li>The gradient passes everywhere: nothing trains through this quantizer, {@link MinMax} is the one that does.
 * </ul>
 */
public final class RoundToNearest implements WeightQuantizer {
    private final Grid grid;

    /** @param precision 1, 1.58, 2, 3 or 4 bits */
    public RoundToNearest(Precision precision) {
        this.grid = absmaxGrid("rtn", precision);
    }

    /** The grid of RTN, which min-max shares. */
    static Grid absmaxGrid(String name, Precision precision) {
        return switch (precision) {
            case ONE -> new Grid.Sign();
            case TERNARY -> Grid.Steps.ternary();
            case TWO, THREE, FOUR -> Grid.Steps.ofBits((int) precision.bits());
            case FULL -> throw new IllegalArgumentException(name + " has no grid at full precision");
        };
    }

    /** The scale at which the largest |w| of a row has the highest code; the mean of |w| on the one-bit grid. */
    static Tensor absmaxScale(Grid grid, Tensor weight) {
        if (grid instanceof Grid.Sign) {
            return RowStatistics.mean(weight);
        }
        return RowStatistics.largest(weight).div(new Scalar((float) grid.highestCode()));
    }

    @Override
    public Tensor initialScale(Tensor weight) {
        return absmaxScale(grid, weight);
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
