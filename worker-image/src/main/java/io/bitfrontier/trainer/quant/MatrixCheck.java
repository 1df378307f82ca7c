package io.bitfrontier.trainer.quant;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Refuses tensors that a kernel cannot work on, before it reads native memory. */
final class MatrixCheck {
    private MatrixCheck() {}

    static void forward(Tensor weight, Tensor scale, Tensor quantized) {
        matrix("weight", weight, weight);
        matrix("quantized", quantized, weight);
        rows("scale", scale, weight);
    }

    static void backward(
            WeightQuantizer quantizer, Tensor weight, Tensor scale, Tensor gradient, Tensor scaleGradient) {
        matrix("weight", weight, weight);
        matrix("gradient", gradient, weight);
        rows("scale", scale, weight);
        if (quantizer.learnsScale()) {
            rows("scaleGradient", scaleGradient, weight);
        }
    }

    private static void matrix(String name, Tensor tensor, Tensor weight) {
        if (tensor.dim() != 2 || tensor.size(0) != weight.size(0) || tensor.size(1) != weight.size(1)) {
            throw new IllegalArgumentException(name + " has shape " + shape(tensor)
                    + ", a matrix of the weight's shape " + shape(weight) + " is needed");
        }
        floats(name, tensor);
    }

    private static void rows(String name, Tensor tensor, Tensor weight) {
        if (tensor.dim() != 1 || tensor.size(0) != weight.size(0)) {
            throw new IllegalArgumentException(
                    name + " has shape " + shape(tensor) + ", one value per row of " + shape(weight) + " is needed");
        }
        floats(name, tensor);
    }

    private static void floats(String name, Tensor tensor) {
        if (tensor.scalar_type().intern() != ScalarType.Float || !tensor.is_contiguous()) {
            throw new IllegalArgumentException(name + " is " + tensor.scalar_type()
                    + (tensor.is_contiguous() ? "" : ", strided") + "; contiguous Float is needed");
        }
    }

    private static String shape(Tensor tensor) {
        StringBuilder text = new StringBuilder("(");
        for (long i = 0; i < tensor.dim(); i++) {
            text.append(i == 0 ? "" : ", ").append(tensor.size(i));
        }
        return text.append(')').toString();
    }
}
