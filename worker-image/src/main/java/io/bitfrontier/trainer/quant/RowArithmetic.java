package io.bitfrontier.trainer.quant;

/**
 * The grids' arithmetic on one row in float arrays, step for step that of {@link WeightQuantizer}, so that results are equal
 * bit for bit.
 *
 * <p>Every loop is free of branches and calls, because that is what the JIT compiler turns into vector instructions on Java
 * 17. Hence: rounding half to even by adding and subtracting 1.5·2²³, which is exact for |x| &lt; 2²²; clipping before
 * rounding rather than after it, which for bounds on the grid is the same; and masks as 0 or 1, from how far x lies outside
 * the clip range. Multiplying by {@link #HUGE} makes any float distance of at least 1e-38 saturate.
 */
final class RowArithmetic {
    private static final float ROUNDER = 0x1.8p23f;
    private static final float HUGE = 1e38f;

    private RowArithmetic() {}

    /** w ← α·sign(w). Two multiplications, as one does not lift the smallest subnormal to 1. */
    static void sign(float[] w, int from, int count, float scale) {
        for (int i = from; i < from + count; i++) {
            float sign = Math.max(-1f, Math.min(1f, Math.max(-1f, Math.min(1f, w[i] * HUGE)) * HUGE));
            w[i] = (sign + 0f) * scale;
        }
    }

    /** w ← α·(round(n·clip(x, ±0.99) − s) + s)/n. */
    static void stretched(float[] w, int from, int count, float scale, float n, float shift) {
        for (int i = from; i < from + count; i++) {
            float clipped = Math.max(-Grid.Stretched.CLIP, Math.min(Grid.Stretched.CLIP, w[i] / scale));
            w[i] = (((clipped * n - shift) + ROUNDER - ROUNDER) + shift) / n * scale;
        }
    }

    /** w ← α·clip(round(w/divisor), low, high). */
    static void steps(float[] w, int from, int count, float scale, float divisor, float low, float high) {
        for (int i = from; i < from + count; i++) {
            float clipped = Math.max(low, Math.min(high, w[i] / divisor));
            w[i] = (clipped + ROUNDER - ROUNDER) * scale;
        }
    }

    /** g ← g where low ≤ w/α ≤ high, else 0. */
    static void mask(float[] w, float[] g, int from, int count, float scale, float low, float high) {
        for (int i = from; i < from + count; i++) {
            float x = w[i] / scale;
            float distance = Math.abs(x - Math.max(low, Math.min(high, x)));
            g[i] = g[i] * (1f - Math.min(1f, distance * HUGE));
        }
    }

    /** The same mask for α·sign(w); terms ← g·sign(w). */
    static void signBack(float[] w, float[] g, float[] terms, int from, int count, float scale) {
        for (int i = from; i < from + count; i++) {
            float x = w[i] / scale;
            float distance = Math.abs(x - Math.max(-1f, Math.min(1f, x)));
            float sign = Math.max(-1f, Math.min(1f, Math.max(-1f, Math.min(1f, w[i] * HUGE)) * HUGE));
            terms[i - from] = g[i] * sign;
            g[i] = g[i] * (1f - Math.min(1f, distance * HUGE));
        }
    }

    /** The same mask for the stretched grid; terms ← g·(level − x) inside, ±g·edge outside. */
    static void stretchedBack(
            float[] w, float[] g, float[] terms, int from, int count, float scale, float n, float shift, float edge) {
        for (int i = from; i < from + count; i++) {
            float x = w[i] / scale;
            float clipped = Math.max(-Grid.Stretched.CLIP, Math.min(Grid.Stretched.CLIP, x));
            float level = (((clipped * n - shift) + ROUNDER - ROUNDER) + shift) / n;
            float side = Math.max(-1f, Math.min(1f, (x - clipped) * HUGE));
            float inside = 1f - Math.abs(side);
            terms[i - from] = g[i] * (inside * (level - clipped) + side * edge);
            g[i] = g[i] * inside;
        }
    }

    /** The same mask for whole steps; terms ← g·(round(x) − x) inside, g·low or g·high outside. */
    static void stepsBack(
            float[] w, float[] g, float[] terms, int from, int count, float scale, float low, float high) {
        for (int i = from; i < from + count; i++) {
            float x = w[i] / scale;
            float clipped = Math.max(low, Math.min(high, x));
            float inside = 1f - Math.min(1f, Math.abs(x - clipped) * HUGE);
            terms[i - from] = g[i] * ((clipped + ROUNDER - ROUNDER) - inside * clipped);
            g[i] = g[i] * inside;
        }
    }

    /** Σ terms[0 … count), destroying them: halves are added until one is left, an order that depends on the count alone. */
    static float sum(float[] terms, int count) {
        int left = count;
        while (left > 1) {
            int half = (left + 1) / 2;
            for (int i = half; i < left; i++) {
                terms[i - half] += terms[i];
            }
            left = half;
        }
        return count == 0 ? 0f : terms[0];
    }
}
