package io.bitfrontier.trainer.train;

import io.bitfrontier.trainer.data.TokenSource;

/** The sequences of a golden file, one behind the other. */
record GoldenTokens(int[] tokens, int sequenceLength, int vocab) implements TokenSource {
    @Override
    public void fill(long first, int count, long[] into) {
        int width = sequenceLength + 1;
        for (int i = 0; i < count * width; i++) {
            into[i] = tokens[(int) first * width + i];
        }
    }
}
