package io.bitfrontier.trainer.data;

/**
 * An endless, seekable stream of training sequences. What stands at an index depends on the construction arguments (data, seed,
 * sequence length) and the index alone, so a branch and its trunk see the same tokens and resuming needs no state.
 */
public interface TokenSource {
    /** Number of distinct token ids; every id is below it. */
    int vocab();

    /** Tokens per sequence that carry loss. A sequence holds one more: inputs are [0, L), targets [1, L]. */
    int sequenceLength();

    /**
     * Writes sequences {@code first … first + count − 1} one behind the other.
     *
     * @param into at least {@code count × (sequenceLength + 1)} long
     */
    void fill(long first, int count, long[] into);
}
