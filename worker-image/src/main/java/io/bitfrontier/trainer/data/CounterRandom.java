package io.bitfrontier.trainer.data;

/**
 * Uniform numbers as a function of a key and a counter, nothing else: SplitMix64's finalizer (Steele, Lea and Flood, "Fast
 * splittable pseudorandom number generators", 2014) over a Weyl sequence.
 *
 * <p>A key is a hash whose low {@value #COUNTER_BITS} bits count the draws and whose next bit names the {@link Stream}. The
 * finalizer is a bijection, so no two streams ever draw the same 64 bits: evaluation uses numbers that training cannot reach
 * with any seed.
 */
public final class CounterRandom {
    /** Enough for one draw per token of a document. */
    private static final int COUNTER_BITS = 8;

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final long COUNTER_MASK = (1L << COUNTER_BITS) - 1;
    private static final long STREAM_BIT = 1L << COUNTER_BITS;

    private final long key;
    private long counter;

    /** Who draws. */
    public enum Stream {
        TRAINING,
        EVALUATION
    }

    public CounterRandom(Stream stream, long hash) {
        long prefix = hash & ~(COUNTER_MASK | STREAM_BIT);
        this.key = stream == Stream.TRAINING ? prefix : prefix | STREAM_BIT;
    }

    /** The next 64 bits; at most {@code 2^8} may be drawn. */
    public long nextLong() {
        if (counter > COUNTER_MASK) {
            throw new IllegalStateException("more than " + (COUNTER_MASK + 1) + " draws of one key");
        }
        return mix((key | counter++) * GOLDEN);
    }

    /** Uniform over the multiples of 2^-53 in [0, 1). */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** A bijection of 64 bits. */
    static long mix(long bits) {
        long z = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Depends on every value and on their order. */
    public static long hash(long... values) {
        long h = 0;
        for (long value : values) {
            h = mix((h ^ value) + GOLDEN);
        }
        return h;
    }
}
