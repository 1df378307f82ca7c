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
    /** Terms that are added one by one: below it the vector loops have more overhead than work. */
    private static final int FEW = 64;

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

    /**
     * g ← the same mask for α·sign(w); terms ← g·sign(w); w is destroyed.
     *
     * <p>This and the two below go over the row in several short loops, since the compiler leaves one long loop scalar.
     */
    static void signBack(float[] w, float[] g, float[] terms, int from, int count, float scale) {
        for (int i = from; i < from + count; i++) {
            float x = w[i] / scale;
            float distance = Math.abs(x - Math.max(-1f, Math.min(1f, x)));
            terms[i] = 1f - Math.min(1f, distance * HUGE);
        }
        for (int i = from; i < from + count; i++) {
            w[i] = Math.max(-1f, Math.min(1f, Math.max(-1f, Math.min(1f, w[i] * HUGE)) * HUGE));
        }
        for (int i = from; i < from + count; i++) {
            float upstream = g[i];
            float inside = terms[i];
            terms[i] = upstream * w[i];
            g[i] = upstream * inside;
        }
    }

    /** The same for the stretched grid; terms ← g·(level − x) inside, ±g·edge outside. */
    static void stretchedBack(
            float[] w, float[] g, float[] terms, int from, int count, float scale, float n, float shift, float edge) {
        for (int i = from; i < from + count; i++) {
            float x = w[i] / scale;
            float clipped = Math.max(-Grid.Stretched.CLIP, Math.min(Grid.Stretched.CLIP, x));
            terms[i] = Math.max(-1f, Math.min(1f, (x - clipped) * HUGE));
            w[i] = clipped;
        }
        for (int i = from; i < from + count; i++) {
            float clipped = w[i];
            float side = terms[i];
            float level = (((clipped * n - shift) + ROUNDER - ROUNDER) + shift) / n;
            w[i] = (1f - Math.abs(side)) * (level - clipped) + side * edge;
        }
        for (int i = from; i < from + count; i++) {
            float upstream = g[i];
            float inside = 1f - Math.abs(terms[i]);
            terms[i] = upstream * w[i];
            g[i] = upstream * inside;
        }
    }

    /** The same for whole steps; terms ← g·(round(x) − x) inside, g·low or g·high outside. */
    static void stepsBack(
            float[] w, float[] g, float[] terms, int from, int count, float scale, float low, float high) {
        for (int i = from; i < from + count; i++) {
            float x = w[i] / scale;
            float clipped = Math.max(low, Math.min(high, x));
            terms[i] = 1f - Math.min(1f, Math.abs(x - clipped) * HUGE);
            w[i] = clipped;
        }
        for (int i = from; i < from + count; i++) {
            float clipped = w[i];
            float upstream = g[i];
            float inside = terms[i];
            terms[i] = upstream * ((clipped + ROUNDER - ROUNDER) - inside * clipped);
            g[i] = upstream * inside;
        }
    }

    /**
     * Σ of a row of terms, destroying it: halves are added until few are left, an order that depends on the count alone. The
     * upper half is copied to {@code spare} first, as the compiler wants the same index on both sides.
     */
    static float sum(float[] terms, float[] spare, int from, int count) {
        int left = count;
        while (left > FEW) {
            int half = (left + 1) / 2;
            System.arraycopy(terms, from + half, spare, from, left - half);
            add(terms, spare, from, left - half);
            left = half;
        }
        float sum = 0f;
        for (int i = from; i < from + left; i++) {
            sum += terms[i];
        }
        return sum;
    }

    private static void add(float[] terms, float[] spare, int from, int count) {
        for (int i = from; i < from + count; i++) {
            terms[i] += spare[i];
        }
    }
}
