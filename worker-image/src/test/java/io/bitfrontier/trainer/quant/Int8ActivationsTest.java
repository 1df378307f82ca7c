package io.bitfrontier.trainer.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class Int8ActivationsTest {
    @Test
    void everyTokenHasItsOwnScaleAndItsLargestMagnitudeIsKept() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = Tensors.matrix(new float[] {1.27f, -0.014f, 0.005f, 0.6f, 127f, 1.4f, 0.4f, -60.2f}, 2, 4);
            float[] q = Tensors.values(Int8Activations.quantize(x));
            float[] expected = {1.27f, -0.01f, 0f, 0.6f, 127f, 1f, 0f, -60f};
            for (int i = 0; i < q.length; i++) {
                assertThat(q[i]).isCloseTo(expected[i], within(1e-5f * Math.max(1, Math.abs(expected[i]))));
            }
        }
    }

    @Test
    void theErrorIsAtMostHalfAStep() {
        try (PointerScope scope = new PointerScope()) {
            float[] values = Tensors.gaussian(3, 3 * 5 * 64, 2);
            float[] q =
                    Tensors.values(Int8Activations.quantize(torch.tensor(values).view(3, 5, 64)));
            for (int token = 0; token < 15; token++) {
                float largest = 0;
                for (int i = token * 64; i < (token + 1) * 64; i++) {
                    largest = Math.max(largest, Math.abs(values[i]));
                }
                for (int i = token * 64; i < (token + 1) * 64; i++) {
                    assertThat(q[i]).isCloseTo(values[i], within(largest / 127 * 0.5001f));
                }
            }
        }
    }

    @Test
    void aTokenOfZerosStaysZero() {
        try (PointerScope scope = new PointerScope()) {
            assertThat(Tensors.values(Int8Activations.quantize(torch.zeros(2, 8))))
                    .containsOnly(0f);
        }
    }

    @Test
    void insideAGraphTheValueIsRoundedAndTheGradientIsTheIdentitys() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = Tensors.matrix(Tensors.gaussian(4, 4 * 16, 1), 4, 16);
            x.set_requires_grad(true);
            Tensor upstream = Tensors.matrix(Tensors.gaussian(5, 4 * 16, 1), 4, 16);
            Tensor y = Int8Activations.straightThrough(x);
            y.mul(upstream).sum().backward();
            assertThat(Tensors.values(x.grad())).containsExactly(Tensors.values(upstream));
            float[] rounded = Tensors.values(Int8Activations.quantize(x));
            float[] found = Tensors.values(y.detach());
            for (int i = 0; i < found.length; i++) {
                assertThat(found[i]).isCloseTo(rounded[i], within(1e-6f * Math.max(1, Math.abs(rounded[i]))));
            }
        }
    }
}
