package io.bitfrontier.vocabulary.work;

import org.jspecify.annotations.Nullable;

/**
 * Where tokens come from. Which tokens stand at a position depends on this, the sequence length and the trajectory's seed
 * alone.
 *
 * @param corpus {@value #SYNTHETIC} or the name of a registered data set
 * @param manifestSha256 hash of the manifest: of the generator's version for the synthetic language, of the files' own hashes
 *     for a data set
 * @param tokenizer {@code synthetic/1} or {@code bytes/1}
 * @param languageSeed seed of the synthetic language; 0 for a data set
 * @param path directory or file that the operator registered; null for the synthetic language
 */
public record DataSpec(
        String corpus,
        String manifestSha256,
        String tokenizer,
        long languageSeed,
        @Nullable String path) {
    public static final String SYNTHETIC = "synthetic";
    public static final String SYNTHETIC_TOKENIZER = "synthetic/1";
    public static final String BYTE_TOKENIZER = "bytes/1";
    /** Version of the generator: raise it when the same seed gives other tokens. */
    public static final String SYNTHETIC_VERSION = "bitfrontier-synthetic/1";

    /** Ids 0–127, see the explanation of the synthetic language. */
    public static final int SYNTHETIC_VOCAB = 128;
    /** 256 bytes, begin and end of document, one reserved. */
    public static final int BYTE_VOCAB = 259;

    public static DataSpec synthetic(long languageSeed) {
        return new DataSpec(
                SYNTHETIC,
                Fingerprint.of(SYNTHETIC_VERSION + ":" + languageSeed),
                SYNTHETIC_TOKENIZER,
                languageSeed,
                null);
    }

    public boolean isSynthetic() {
        return corpus.equals(SYNTHETIC);
    }

    public int vocab() {
        return tokenizer.equals(SYNTHETIC_TOKENIZER) ? SYNTHETIC_VOCAB : BYTE_VOCAB;
    }

    /** What decides the tokens: the path may move, the manifest may not. */
    String canonical() {
        return "data[corpus=" + corpus + ",manifest=" + manifestSha256 + ",tokenizer=" + tokenizer + ",language="
                + languageSeed + "]";
    }
}
