package io.bitfrontier.trainer.model;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Fresh weights by seed. Each parameter has a random stream of its own, named by the seed and the parameter, and Gaussians come
 * from {@link StrictMath}: the same weights on every machine, whatever the order in which they are drawn.
 */
public final class InitialWeights {
    private static final int BUFFER = 1 << 16;
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private InitialWeights() {}

    /** Fills the masters: mean and deviation of every parameter are in the {@linkplain ParameterLayout layout's table}. */
    public static void initWeights(ParameterArena arena, long seed) {
        try (PointerScope scope = new PointerScope()) {
            for (ParameterLayout.Entry entry : arena.layout().entries()) {
                Tensor value = arena.value(entry);
                Tensor onHost = value.is_cpu() ? value : torch.empty(entry.shape());
                fill(onHost.data_ptr_float(), entry, new Gaussian(seed, entry.name()));
                if (!value.is_cpu()) {
                    value.copy_(onHost);
                }
            }
        }
    }

    private static void fill(FloatPointer into, ParameterLayout.Entry entry, Gaussian gaussian) {
        float[] buffer = new float[(int) Math.min(BUFFER, entry.size())];
        for (long at = 0; at < entry.size(); at += buffer.length) {
            int count = (int) Math.min(buffer.length, entry.size() - at);
            for (int i = 0; i < count; i++) {
                buffer[i] = (float)
                        (entry.deviation() == 0 ? entry.mean() : entry.mean() + entry.deviation() * gaussian.next());
            }
            into.position(at).put(buffer, 0, count);
        }
    }

    /** Standard normal numbers by the polar method of Marsaglia. */
    private static final class Gaussian {
        private final SplittableRandom random;
        private double spare = Double.NaN;

        Gaussian(long seed, String name) {
            long hash = FNV_OFFSET ^ seed;
            for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
                hash = (hash ^ b) * FNV_PRIME;
            }
            random = new SplittableRandom(hash);
        }

        double next() {
            if (!Double.isNaN(spare)) {
                double result = spare;
                spare = Double.NaN;
                return result;
            }
            double u;
            double v;
            double square;
            do {
                u = 2 * random.nextDouble() - 1;
                v = 2 * random.nextDouble() - 1;
                square = u * u + v * v;
            } while (square >= 1 || square == 0);
            double factor = StrictMath.sqrt(-2 * StrictMath.log(square) / square);
            spare = v * factor;
            return u * factor;
        }
    }
}
