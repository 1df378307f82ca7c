package io.bitfrontier.trainer.train;

import io.bitfrontier.trainer.data.TokenSource;
import io.bitfrontier.vocabulary.work.DataSpec;

/** Opens the training stream of a trajectory. */
@FunctionalInterface
public interface TokenSourceFactory {
    /**
     * The stream of (data, seed, sequence length).
     *
     * @throws WorkFailedException if the data cannot be read
     */
    TokenSource open(DataSpec data, long seed, int sequenceLength);
}
