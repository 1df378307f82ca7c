package io.bitfrontier.trainer.quant;

import org.bytedeco.pytorch.Tensor;

/**
 * BitNet b1.58 (arXiv 2402.17764, eq. 1 to 3), 1.58 bits from scratch.
 *
 * <ul>
 *   <li>γ = mean|W| of the whole matrix; Ŵ = γ·clip(round(W/(γ + 1e-5)), −1, 1); levels −1, 0, 1. γ is computed anew in
 *       every step; as a scale per row it has the same value in every row.
 *   <li>∂L/∂W = g everywhere: straight-through.
 *   <li>The inputs of the projection are rounded to int8 by the largest magnitude of each token: {@link Int8Activations}.
 * </ul>
 */
public final class BitNetAbsmean implements WeightQuantizer {
    private static final float EPSILON = 1e-5f;
    private static final Grid GRID = new Grid.Steps(-1, 1, 0f, EPSILON);

    @Override
    public Tensor initialScale(Tensor weight) {
        return weight.detach().abs().mean().expand(weight.size(0)).contiguous();
    }

    @Override
    public boolean learnsScale() {
        return false;
    }

    @Override
    public Grid grid() {
        return GRID;
    }

    @Override
    public Mask mask() {
        return Mask.EVERYWHERE;
    }

    @Override
    public boolean quantizesActivations() {
        return true;
    }
}
