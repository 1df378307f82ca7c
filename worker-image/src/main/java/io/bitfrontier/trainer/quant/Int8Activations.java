package io.bitfrontier.trainer.quant;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Activations rounded to int8 by the largest magnitude of each token, straight-through (arXiv 2402.17764, section 2; arXiv
 * 2310.11453, eq. 4): s = 127 / max(1e-5, max|x|) over the last dimension, q(x) = clip(round(x·s), −128, 127) / s.
 */
public final class Int8Activations {
    private static final float LARGEST = 127f;
    private static final float FLOOR = 1e-5f;
    private static final long[] LAST = {-1};

    private Int8Activations() {}

    /**
     * To be used inside an autograd graph: the value is q(x), the gradient passes as if it were x, by x + (q(x) − x) with the
     * bracket detached.
     *
     * @param activations (…, features)
     */
    public static Tensor straightThrough(Tensor activations) {
        return activations.add(quantize(activations.detach()).sub(activations.detach()));
    }

    /** q(x), without gradients. */
    public static Tensor quantize(Tensor activations) {
        Tensor values = activations.detach();
        Tensor scale = values.abs()
                .amax(LAST, true)
                .clamp_min(new Scalar(FLOOR))
                .reciprocal()
                .mul(new Scalar(LARGEST));
        return values.mul(scale)
                .round()
                .clamp(new ScalarOptional(new Scalar(-LARGEST - 1)), new ScalarOptional(new Scalar(LARGEST)))
                .div(scale);
    }
}
