package io.bitfrontier.trainer.data;

import io.bitfrontier.trainer.data.CounterRandom.Stream;

/** Sequence i is document i of the language: every window begins where a document begins. Safe for use by several threads. */
final class SyntheticTokenSource implements TokenSource {
    private final SyntheticLanguage language;
    private final Stream stream;
    private final long seed;

    SyntheticTokenSource(SyntheticLanguage language, Stream stream, long seed) {
        this.language = language;
        this.stream = stream;
        this.seed = seed;
    }

    @Override
    public int vocab() {
        return Lexicon.VOCAB;
    }

    @Override
    public int sequenceLength() {
        return SyntheticLanguage.DOCUMENT_TOKENS;
    }

    @Override
    public void fill(long first, int count, long[] into) {
        for (int i = 0; i < count; i++) {
            language.document(stream, seed, first + i, into, i * (SyntheticLanguage.DOCUMENT_TOKENS + 1));
        }
    }
}
