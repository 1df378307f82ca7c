package io.bitfrontier.trainer.quant;

import org.bytedeco.pytorch.Tensor;

/**
 * Applies a quantizer to a whole weight matrix outside of autograd: the leaf way of wiring, where ŵ is computed once per
 * optimizer step into a leaf and the leaf's gradient is pulled back once per step.
 *
 * <p>Shapes: w, ŵ and gradient (rows, cols) float32 contiguous; α and its gradient (rows) float32 contiguous.
 */
public interface QuantizationKernel {
    /** Writes ŵ = Q(w, α) into {@code quantized}. */
    void forward(WeightQuantizer quantizer, Tensor weight, Tensor scale, Tensor quantized);

    /**
     * Pulls a gradient back through the quantizer.
     *
     * @param gradient on entry ∂L/∂ŵ, on return ∂L/∂w
     * @param scaleGradient overwritten with ∂L/∂α, the factor 1/√(numel·Qp) included; untouched where α is not learned
     */
    void backward(WeightQuantizer quantizer, Tensor weight, Tensor scale, Tensor gradient, Tensor scaleGradient);
}
