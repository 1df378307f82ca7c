package io.bitfrontier.trainer.quant;

import io.bitfrontier.vocabulary.Precision;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Learned step size quantization, LSQ (arXiv 1902.08153), 2, 3 and 4 bits; with b bits Qn = 2^(b−1), Qp = 2^(b−1) − 1.
 *
 * <ul>
 *   <li>ŵ = α·clip(round(x), −Qn, Qp); levels −Qn … Qp.
 *   <li>∂L/∂w = g where −Qn ≤ x ≤ Qp, else 0.
 *   <li>∂L/∂α = Σ g·(round(x) − x) inside, −Qn or Qp outside, over √(numel·Qp).
 *   <li>α starts at max|w|/Qp of the row, as ParetoQ does (arXiv 2502.02631); the LSQ paper starts at 2·mean|w|/√Qp.
 * </ul>
 */
public final class LearnedStepSize implements WeightQuantizer {
    private final Grid.Steps grid;

    /** @param precision 2, 3 or 4 bits */
    public LearnedStepSize(Precision precision) {
        this.grid = switch (precision) {
            case TWO, THREE, FOUR -> Grid.Steps.ofBits((int) precision.bits());
            case ONE, TERNARY, FULL ->
                throw new IllegalArgumentException("lsq has no " + precision.label() + "-bit grid; it has 2, 3 and 4");
        };
    }

    @Override
    public Tensor initialScale(Tensor weight) {
        return RowStatistics.largest(weight).div(new Scalar((float) grid.highestCode()));
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
