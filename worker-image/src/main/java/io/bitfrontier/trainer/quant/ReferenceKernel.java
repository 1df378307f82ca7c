package io.bitfrontier.trainer.quant;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** The quantizers' own LibTorch arithmetic, on whichever device the tensors are: slow, and what other kernels must agree with. */
public final class ReferenceKernel implements QuantizationKernel {
    @Override
    public void forward(WeightQuantizer quantizer, Tensor weight, Tensor scale, Tensor quantized) {
        MatrixCheck.forward(weight, scale, quantized);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            quantized.copy_(quantizer.quantize(weight, scale));
        }
    }

    @Override
    public void backward(
            WeightQuantizer quantizer, Tensor weight, Tensor scale, Tensor gradient, Tensor scaleGradient) {
        MatrixCheck.backward(quantizer, weight, scale, gradient, scaleGradient);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            WeightQuantizer.Gradients gradients = quantizer.pullBack(weight, scale, gradient);
            gradient.copy_(gradients.weight());
            if (quantizer.learnsScale()) {
                scaleGradient.copy_(gradients.scale());
            }
        }
    }
}
