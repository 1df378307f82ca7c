package io.bitfrontier.trainer.quant;

import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Between float arrays and tensors, for tests. */
final class Tensors {
    private Tensors() {}

    static Tensor matrix(float[] values, int rows, int cols) {
        return torch.tensor(values).view(rows, cols).contiguous();
    }

    static Tensor vector(float... values) {
        return torch.tensor(values);
    }

    static float[] values(Tensor tensor) {
        float[] values = new float[(int) tensor.numel()];
        tensor.contiguous().data_ptr_float().get(values);
        return values;
    }

    /** Normally distributed. */
    static float[] gaussian(long seed, int count, double deviation) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return values;
    }
}
