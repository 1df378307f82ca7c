package io.bitfrontier.trainer.data;

/**
 * A shuffled order of windows, one permutation per epoch, that needs no memory: a four-round Feistel network over the smallest
 * even number of bits that holds every window, walked until it falls on a window (Black and Rogaway, "Ciphers with arbitrary
 * finite domains", 2002). Each epoch holds every window exactly once, and the window at an index is a function of (seed, index).
 */
final class WindowOrder {
    private static final int ROUNDS = 4;

    private final long windows;
    private final long seed;
    private final int halfBits;
    private final long halfMask;

    /** @param windows at least 1, at most 2^62 */
    WindowOrder(long windows, long seed) {
        this.windows = windows;
        this.seed = seed;
        int bits = 64 - Long.numberOfLeadingZeros(Math.max(1, windows - 1));
        this.halfBits = (bits + 1) / 2;
        this.halfMask = (1L << halfBits) - 1;
    }

    /** The window that stands at {@code index} of the endless order. */
    long at(long index) {
        long epoch = index / windows;
        long position = index % windows;
        do {
            position = encrypt(epoch, position);
        } while (position >= windows);
        return position;
    }

    private long encrypt(long epoch, long position) {
        long left = position >>> halfBits;
        long right = position & halfMask;
        for (int round = 0; round < ROUNDS; round++) {
            long next = left ^ (CounterRandom.hash(seed, epoch, round, right) & halfMask);
            left = right;
            right = next;
        }
        return left << halfBits | right;
    }
}
