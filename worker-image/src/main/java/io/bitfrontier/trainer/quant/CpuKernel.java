package io.bitfrontier.trainer.quant;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The quantizers on the CPU without LibTorch's temporaries: rows are copied into arrays that fit the cache, worked on by
 * {@link RowArithmetic}, and copied back.
 *
 * <p>Agrees with {@link ReferenceKernel} bit for bit in ŵ and ∂L/∂w, and in ∂L/∂α but for the order in which a row is summed,
 * which here depends on its length alone: results do not depend on the number of threads. Weights must be finite and smaller
 * than 1e38·α. A kernel may be used by several threads.
 */
public final class CpuKernel implements QuantizationKernel {
    /** Floats per array: three of them fit a 256 KiB second-level cache with room to spare. */
    private static final int BLOCK = 8192;
    /** Matrices below this are not worth waking a second thread for. */
    private static final long SMALLEST_SHARE = 64 * 1024;

    private static final int LARGEST_BUFFER = Integer.MAX_VALUE / Float.BYTES;
    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private final int threads;
    private final ThreadPoolExecutor helpers;
    private final ReferenceKernel reference = new ReferenceKernel();

    /**
     * @param threads how many threads work on a matrix, the caller's included; at least 1. Helpers are daemons and end by
     *     themselves after some idle seconds
     */
    public CpuKernel(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads is " + threads + ", at least 1 is needed");
        }
        this.threads = threads;
        this.helpers = new ThreadPoolExecutor(
                Math.max(1, threads - 1),
                Math.max(1, threads - 1),
                5,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                r -> {
                    Thread thread = new Thread(r, "quantization");
                    thread.setDaemon(true);
                    return thread;
                });
        helpers.allowCoreThreadTimeOut(true);
    }

    @Override
    public void forward(WeightQuantizer quantizer, Tensor weight, Tensor scale, Tensor quantized) {
        MatrixCheck.forward(weight, scale, quantized);
        if (!servedHere(weight)) {
            reference.forward(quantizer, weight, scale, quantized);
            return;
        }
        int cols = (int) weight.size(1);
        Grid grid = quantizer.grid();
        try (PointerScope scope = new PointerScope()) {
            FloatBuffer source = floats(weight);
            FloatBuffer target = floats(quantized);
            FloatBuffer scales = floats(scale);
            overRows((int) weight.size(0), cols, (first, count) -> {
                float[] w = SCRATCH.get().weight(count * cols);
                source.get(first * cols, w, 0, count * cols);
                for (int row = 0; row < count; row++) {
                    quantizeRow(grid, w, row * cols, cols, scales.get(first + row));
                }
                target.put(first * cols, w, 0, count * cols);
            });
        }
    }

    @Override
    public void backward(
            WeightQuantizer quantizer, Tensor weight, Tensor scale, Tensor gradient, Tensor scaleGradient) {
        MatrixCheck.backward(quantizer, weight, scale, gradient, scaleGradient);
        if (!servedHere(weight)) {
            reference.backward(quantizer, weight, scale, gradient, scaleGradient);
            return;
        }
        if (!quantizer.learnsScale() && quantizer.mask() == WeightQuantizer.Mask.EVERYWHERE) {
            return;
        }
        int cols = (int) weight.size(1);
        Grid grid = quantizer.grid();
        try (PointerScope scope = new PointerScope()) {
            FloatBuffer source = floats(weight);
            FloatBuffer upstream = floats(gradient);
            FloatBuffer scales = floats(scale);
            FloatBuffer scaleGradients = quantizer.learnsScale() ? floats(scaleGradient) : scales;
            float factor = (float) quantizer.scaleGradientFactor(weight.size(0), cols);
            overRows((int) weight.size(0), cols, (first, count) -> {
                Scratch scratch = SCRATCH.get();
                float[] w = scratch.weight(count * cols);
                float[] g = scratch.gradient(count * cols);
                float[] terms = scratch.terms(count * cols);
                source.get(first * cols, w, 0, count * cols);
                upstream.get(first * cols, g, 0, count * cols);
                for (int row = 0; row < count; row++) {
                    float divisor = divisor(grid, scales.get(first + row));
                    if (quantizer.learnsScale()) {
                        pullRowBack(grid, w, g, terms, row * cols, cols, divisor);
                        scaleGradients.put(first + row, RowArithmetic.sum(terms, w, row * cols, cols) * factor);
                    } else {
                        RowArithmetic.mask(w, g, row * cols, cols, divisor, grid.lowest(), grid.highest());
                    }
                }
                upstream.put(first * cols, g, 0, count * cols);
            });
        }
    }

    private static void quantizeRow(Grid grid, float[] w, int from, int cols, float scale) {
        float floored = Math.max(scale, grid.floor());
        if (grid instanceof Grid.Stretched stretched) {
            RowArithmetic.stretched(w, from, cols, floored, stretched.count(), stretched.shift());
        } else if (grid instanceof Grid.Steps steps) {
            RowArithmetic.steps(w, from, cols, floored, floored + steps.offset(), steps.low(), steps.high());
        } else {
            RowArithmetic.sign(w, from, cols, floored);
        }
    }

    private static void pullRowBack(Grid grid, float[] w, float[] g, float[] terms, int from, int cols, float divisor) {
        if (grid instanceof Grid.Stretched stretched) {
            RowArithmetic.stretchedBack(
                    w, g, terms, from, cols, divisor, stretched.count(), stretched.shift(), stretched.edge());
        } else if (grid instanceof Grid.Steps steps) {
            RowArithmetic.stepsBack(w, g, terms, from, cols, divisor, steps.low(), steps.high());
        } else {
            RowArithmetic.signBack(w, g, terms, from, cols, divisor);
        }
    }

    private static float divisor(Grid grid, float scale) {
        return Math.max(scale, grid.floor()) + grid.offset();
    }

    /** A buffer addresses 2³¹ bytes, and only what is in this machine's memory. */
    private static boolean servedHere(Tensor weight) {
        return weight.is_cpu() && weight.numel() <= LARGEST_BUFFER;
    }

    private static FloatBuffer floats(Tensor tensor) {
        return tensor.data_ptr_float().capacity(tensor.numel()).asBuffer();
    }

    /** Work on rows {@code first … first + count}. */
    private interface Rows {
        void work(int first, int count);
    }

    private void overRows(int rows, int cols, Rows work) {
        int shares = (int) Math.min(threads, Math.max(1, (long) rows * cols / SMALLEST_SHARE));
        if (shares == 1) {
            inBlocks(0, rows, cols, work);
            return;
        }
        List<Future<?>> others = new ArrayList<>(shares - 1);
        for (int share = 1; share < shares; share++) {
            int from = (int) ((long) rows * share / shares);
            int to = (int) ((long) rows * (share + 1) / shares);
            others.add(helpers.submit(() -> inBlocks(from, to, cols, work)));
        }
        try {
            inBlocks(0, rows / shares, cols, work);
        } finally {
            others.forEach(CpuKernel::finish);
        }
    }

    private static void inBlocks(int from, int to, int cols, Rows work) {
        int step = Math.max(1, BLOCK / Math.max(1, cols));
        for (int row = from; row < to; row += step) {
            work.work(row, Math.min(step, to - row));
        }
    }

    /** Waits whatever happens: the helper reads memory that the caller frees. */
    private static void finish(Future<?> share) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    share.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw new IllegalStateException("a part of the matrix failed", e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Arrays of one thread, grown when a longer row comes. */
    private static final class Scratch {
        private float[] weight = new float[BLOCK];
        private float[] gradient = new float[BLOCK];
        private float[] terms = new float[BLOCK];

        float[] weight(int size) {
            return weight = grown(weight, size);
        }

        float[] gradient(int size) {
            return gradient = grown(gradient, size);
        }

        float[] terms(int size) {
            return terms = grown(terms, size);
        }

        private static float[] grown(float[] array, int size) {
            return array.length >= size ? array : new float[size];
        }
    }
}
