package io.bitfrontier.vocabulary.work;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Shares of a budget in whole optimizer steps. One rule everywhere: to the nearest step, halves up, and no phase that is asked
 * for is empty.
 */
public final class Steps {
    /** The decay's share of what it anneals: 10 % (warmup-stable-decay, arXiv 2404.06395). */
    public static final BigDecimal DECAY_SHARE = new BigDecimal("0.1");

    private Steps() {}

    /** Steps of a token budget. */
    public static long ofBudget(long tokens, long batchTokens) {
        long whole = tokens / batchTokens;
        long rest = tokens % batchTokens;
        return Math.max(1, rest >= batchTokens - rest ? whole + 1 : whole);
    }

    /** Steps of the decay that ends a curve of {@code steps}; at least 1. */
    static long decay(long steps) {
        return Math.max(1, share(steps, DECAY_SHARE));
    }

    /** Steps of the QAT phase out of {@code steps}; at least 1, and at least 1 is left for full precision. */
    static long qat(long steps, BigDecimal fraction) {
        return Math.min(steps - 1, Math.max(1, share(steps, fraction)));
    }

    private static long share(long steps, BigDecimal share) {
        return BigDecimal.valueOf(steps)
                .multiply(share)
                .setScale(0, RoundingMode.HALF_UP)
                .longValueExact();
    }
}
