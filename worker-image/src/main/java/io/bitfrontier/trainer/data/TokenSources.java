package io.bitfrontier.trainer.data;

import io.bitfrontier.trainer.data.CounterRandom.Stream;
import io.bitfrontier.vocabulary.work.DataSpec;

/** Opens what a data specification names. */
public final class TokenSources {
    private TokenSources() {}

    /**
     * The training sequences of a trajectory.
     *
     * @param seed the trajectory's; decides which documents are drawn, or the order of a data set's windows
     * @param sequenceLength tokens per sequence that carry loss; {@value SyntheticLanguage#DOCUMENT_TOKENS} for the synthetic
     *     language, whose document is one window
     * @throws UnusableDataException if the data cannot give such sequences, or are not what was registered
     */
    public static TokenSource open(DataSpec data, long seed, int sequenceLength) {
        return data.isSynthetic()
                ? synthetic(data, Stream.TRAINING, seed, sequenceLength)
                : TextCorpus.open(data).training(seed, sequenceLength);
    }

    /**
     * The sequences that no training ever sees. Sequence i is defined for every i of the synthetic language, and below
     * {@link #heldOutWindows} for a data set.
     *
     * @throws UnusableDataException as {@link #open} does
     */
    public static TokenSource openHeldOut(DataSpec data, int sequenceLength) {
        return data.isSynthetic()
                ? synthetic(data, Stream.EVALUATION, 0, sequenceLength)
                : TextCorpus.open(data).heldOut(sequenceLength);
    }

    /** How many disjoint windows are held out; {@link Long#MAX_VALUE} for the synthetic language. */
    public static long heldOutWindows(DataSpec data, int sequenceLength) {
        return data.isSynthetic() ? Long.MAX_VALUE : TextCorpus.open(data).heldOutWindows(sequenceLength);
    }

    private static TokenSource synthetic(DataSpec data, Stream stream, long seed, int sequenceLength) {
        DataSpec known = DataSpec.synthetic(data.languageSeed());
        if (!data.equals(known)) {
            throw new UnusableDataException(
                    "data set synthetic: this worker generates " + known + ", but the run names " + data, null);
        }
        if (sequenceLength != SyntheticLanguage.DOCUMENT_TOKENS) {
            throw new UnusableDataException(
                    "sequenceLength is " + sequenceLength + ", but must be " + SyntheticLanguage.DOCUMENT_TOKENS
                            + " for the synthetic language: a document is exactly one window",
                    null);
        }
        return new SyntheticTokenSource(new SyntheticLanguage(data.languageSeed()), stream, seed);
    }
}
