package io.bitfrontier.trainer.quant;

import static org.bytedeco.pytorch.global.torch.where;
import static org.bytedeco.pytorch.global.torch.zeros_like;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A quantization function for a weight matrix (rows, cols) with one scale α per row, except where a class says otherwise.
 * Pure: no state, nothing in place. Reference arithmetic in LibTorch; {@link QuantizationKernel} applies it.
 *
 * <p>A quantizer is a {@link Grid}, a rule for α and a mask for the gradient; the arithmetic that follows from the three is
 * written once, here. Call it without gradients: autograd does not see through rounding.
 */
public sealed interface WeightQuantizer
        permits ElasticBinary,
                StretchedElastic,
                LearnedStepSize,
                RoundToNearest,
                ErrorMinimizing,
                MinMax,
                StatisticsClip,
                QuantileClip,
                BitNetAbsmean {
    /** α per row, (rows): the learned start value, or the value computed from the weights where α is not learned. */
    Tensor initialScale(Tensor weight);

    /** Whether α is a parameter. Otherwise α is {@link #initialScale} of the current weights. */
    boolean learnsScale();

    /** The levels and the clip range. */
    Grid grid();

    /** Where the gradient reaches a weight. */
    Mask mask();

    /** Where the gradient of ŵ is handed on to w; elsewhere it is zero. */
    enum Mask {
        /** Where the weight is not clipped: lowest ≤ w/α ≤ highest. */
        INSIDE,
        /** Everywhere: straight-through. */
        EVERYWHERE
    }

    /** ŵ = Q(w, α), (rows, cols). */
    default Tensor quantize(Tensor weight, Tensor scale) {
        Tensor floored = scale.clamp_min(new Scalar(grid().floor())).unsqueeze(1);
        return grid().level(weight, weight.div(floored.add(new Scalar(grid().offset()))))
                .mul(floored);
    }

    /**
     * Gradients with respect to w and α. α's is Σ over a row of ∂L/∂ŵ·(level − x) inside the clip range and ∂L/∂ŵ·slope
     * outside it, times {@link #scaleGradientFactor} (arXiv 1902.08153, eq. 3 and section 2.2).
     */
    default Gradients pullBack(Tensor weight, Tensor scale, Tensor upstream) {
        Tensor divisor = scale.clamp_min(new Scalar(grid().floor()))
                .add(new Scalar(grid().offset()))
                .unsqueeze(1);
        Tensor ratio = weight.div(divisor);
        Tensor inside = ratio.ge(new Scalar(grid().lowest())).logical_and(ratio.le(new Scalar(grid().highest())));
        Tensor passed = mask() == Mask.EVERYWHERE ? upstream.clone() : upstream.mul(inside.to(ScalarType.Float));
        if (!learnsScale()) {
            return new Gradients(passed, zeros_like(scale));
        }
        Tensor level = grid().level(weight, ratio);
        Tensor slope = level;
        if (!(grid() instanceof Grid.Sign)) {
            Tensor above = ratio.gt(new Scalar(grid().highest())).to(ScalarType.Float);
            Tensor below = ratio.lt(new Scalar(grid().lowest())).to(ScalarType.Float);
            Tensor clipped = above.mul(new Scalar(grid().slopeAbove())).add(below.mul(new Scalar(grid().slopeBelow())));
            slope = where(inside, level.sub(ratio), clipped);
        }
        Tensor scaleGradient = slope.mul(upstream)
                .mul(new Scalar(scaleGradientFactor(weight.size(0), weight.size(1))))
                .sum(1);
        return new Gradients(passed, scaleGradient);
    }

    /** 1/√(numel·Qp), numel of the whole matrix (arXiv 1902.08153, section 2.2). */
    default double scaleGradientFactor(long rows, long cols) {
        return 1.0 / Math.sqrt((double) rows * cols * grid().highestCode());
    }

    /** The level set in units of α, ascending. A weight of exactly zero has level 0 on the one-bit grid too. */
    default double[] levels() {
        return grid().levels();
    }

    /** Whether the inputs of a quantized projection are rounded to int8 per token as well (BitNet b1.58). */
    default boolean quantizesActivations() {
        return false;
    }

    /**
     * What {@link #pullBack} returns.
     *
     * @param weight ∂L/∂w (rows, cols)
     * @param scale ∂L/∂α (rows); all zero where α is not learned
     */
    record Gradients(Tensor weight, Tensor scale) {}
}
