package io.bitfrontier.service.analysis;

/**
 * The SplitMix64 generator (Steele, Lea and Flood 2014). Written out, since the numbers of a stored analysis must not change
 * with the version of the Java runtime.
 */
final class SplitMix {
    private long state;

    SplitMix(long seed) {
        this.state = seed;
    }

    long nextLong() {
        state += 0x9E3779B97F4A7C15L;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Below bound, by multiply and shift; its bias is below bound / 2³². */
    int nextInt(int bound) {
        return (int) (((nextLong() >>> 32) * bound) >>> 32);
    }

    /** Standard normal, by Box and Muller. */
    double nextGaussian() {
        double u = ((nextLong() >>> 11) + 1) * 0x1p-53;
        double v = (nextLong() >>> 11) * 0x1p-53;
        return StrictMath.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(2 * StrictMath.PI * v);
    }
}
