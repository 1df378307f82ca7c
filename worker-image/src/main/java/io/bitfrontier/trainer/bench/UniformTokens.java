package io.bitfrontier.trainer.bench;

import io.bitfrontier.trainer.data.TokenSource;
import java.util.SplittableRandom;

/** Tokens that cost nothing to make, as the PyTorch side uses them, so that only training is compared. */
record UniformTokens(int vocab, int sequenceLength) implements TokenSource {
    @Override
    public void fill(long first, int count, long[] into) {
        SplittableRandom random = new SplittableRandom(first);
        int length = count * (sequenceLength + 1);
        for (int i = 0; i < length; i++) {
            into[i] = random.nextInt(vocab);
        }
    }
}
