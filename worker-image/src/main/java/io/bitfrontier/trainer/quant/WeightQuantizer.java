package io.bitfrontier.trainer.quant;

import org.bytedeco.pytorch.Tensor;

/**
 * A quantization function for a weight matrix (rows, cols) with one scale α per row, except where a class says otherwise.
 * Pure: no state, nothing in place. Reference arithmetic in LibTorch; {@link QuantizationKernel} applies it.
 */
public interface WeightQuantizer {
    /** α per row, (rows): the learned start value, or the value computed from the weights where α is not learned. */
    Tensor initialScale(Tensor weight);

    /** Whether α is a parameter. Otherwise α is {@link #initialScale} of the current weights. */
    boolean learnsScale();

    /** ŵ = Q(w, α), (rows, cols). */
    Tensor quantize(Tensor weight, Tensor scale);

    /** Gradients with respect to w and α. */
    Gradients pullBack(Tensor weight, Tensor scale, Tensor upstream);

    /** The level set in units of α, ascending. */
    double[] levels();

    /** Whether the inputs of a quantized projection are rounded to int8 per token as well (BitNet b1.58). */
    boolean quantizesActivations();

    /**
     * What {@link #pullBack} returns.
     *
     * @param weight ∂L/∂w (rows, cols)
     * @param scale ∂L/∂α (rows); all zero where α is not learned
     */
    record Gradients(Tensor weight, Tensor scale) {}
}
