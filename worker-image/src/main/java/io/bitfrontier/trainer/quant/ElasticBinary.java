package io.bitfrontier.trainer.quant;

import org.bytedeco.pytorch.Tensor;

/**
 * Elastic binarization (arXiv 2502.02631, section 3; α learned as in arXiv 1902.08153), 1 bit.
 *
 * <ul>
 *   <li>ŵ = α·sign(w), sign(0) = 0; levels −1, 1.
 *   <li>∂L/∂w = g where −1 ≤ w/α ≤ 1, else 0.
 *   <li>∂L/∂α = Σ g·sign(w) / √numel.
 *   <li>α starts at mean|w| of the row, which minimizes Σ(w − ŵ)² (arXiv 1603.05279, eq. 6).
 * </ul>
 */
public final class ElasticBinary implements WeightQuantizer {
    private static final Grid GRID = new Grid.Sign();

    @Override
    public Tensor initialScale(Tensor weight) {
        return RowStatistics.mean(weight);
    }

    @Override
    public boolean learnsScale() {
        return true;
    }

    @Override
    public Grid grid() {
        return GRID;
    }

    @Override
    public Mask mask() {
        return Mask.INSIDE;
    }
}
