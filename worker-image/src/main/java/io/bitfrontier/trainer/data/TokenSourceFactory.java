package io.bitfrontier.trainer.data;

import io.bitfrontier.vocabulary.work.DataSpec;

/** Opens the training stream of a trajectory. */
@FunctionalInterface
public interface TokenSourceFactory {
    /**
     * The stream of (data, seed, sequence length).
     *
     * @throws UnusableDataException if the data cannot be read
     */
    TokenSource open(DataSpec data, long seed, int sequenceLength);
}
