package io.bitfrontier.trainer.eval;

import io.bitfrontier.trainer.data.Lexicon;
import io.bitfrontier.trainer.data.TokenSource;
import java.util.List;

/**
 * Unigram, bigram and trigram counts of the synthetic language: what a model knows that looks at no more than two tokens. They
 * draw the line from which an accuracy begins to mean something.
 *
 * <p>Each order is smoothed by the one below: p(w | c) = (count(c, w) + k · p(w | shorter c)) / (count(c) + k), and the lowest
 * by the uniform distribution (MacKay and Peto, "A hierarchical Dirichlet language model", 1995).
 */
public final class CountModels {
    /** Tokens that the published figures are counted on. */
    public static final long TRAINING_TOKENS = 2_000_000;

    /** Highest order. */
    public static final int ORDERS = 3;

    private static final int V = Lexicon.VOCAB;
    private static final double PRIOR = 4;
    private static final int DOCUMENTS_AT_ONCE = 64;

    private final int[] unigrams = new int[V];
    private final int[] bigrams = new int[V * V];
    private final int[] trigrams = new int[V * V * V];
    private long unigramTotal;
    private final int[] bigramTotals = new int[V];
    private final int[] trigramTotals = new int[V * V];

    private CountModels() {}

    /** Counts the first {@code tokens} tokens, rounded down to whole sequences. */
    public static CountModels train(TokenSource source, long tokens) {
        CountModels models = new CountModels();
        int length = source.sequenceLength();
        long documents = tokens / length;
        long[] batch = new long[DOCUMENTS_AT_ONCE * (length + 1)];
        for (long first = 0; first < documents; first += DOCUMENTS_AT_ONCE) {
            int count = (int) Math.min(DOCUMENTS_AT_ONCE, documents - first);
            source.fill(first, count, batch);
            for (int d = 0; d < count; d++) {
                models.count(batch, d * (length + 1), length);
            }
        }
        return models;
    }

    private void count(long[] tokens, int offset, int length) {
        int before = Lexicon.BOS;
        int last = Lexicon.BOS;
        for (int i = 1; i <= length; i++) {
            int token = (int) tokens[offset + i];
            unigrams[token]++;
            unigramTotal++;
            bigrams[last * V + token]++;
            bigramTotals[last]++;
            trigrams[(before * V + last) * V + token]++;
            trigramTotals[before * V + last]++;
            before = last;
            last = token;
        }
    }

    /**
     * p(token | the {@code order − 1} tokens before it).
     *
     * @param order 1 for unigram, 2 for bigram, 3 for trigram
     * @param before the token before {@code last}; {@link Lexicon#BOS} where there is none
     * @param last the token before the asked one
     */
    public double probability(int order, int before, int last, int token) {
        double p = (unigrams[token] + PRIOR / V) / (unigramTotal + PRIOR);
        if (order >= 2) {
            p = (bigrams[last * V + token] + PRIOR * p) / (bigramTotals[last] + PRIOR);
        }
        if (order >= 3) {
            int context = before * V + last;
            p = (trigrams[context * V + token] + PRIOR * p) / (trigramTotals[context] + PRIOR);
        }
        return p;
    }

    /**
     * What a count model reaches.
     *
     * @param nats mean −ln p per token
     * @param accuracy share of questions whose answer is the most probable option
     */
    public record Score(double nats, double accuracy) {}

    /** Scores an order on evaluation windows, begin of document included, and on questions about them. */
    public Score score(int order, List<long[]> windows, List<ChoiceQuestion> questions) {
        double nats = 0;
        long tokens = 0;
        for (long[] window : windows) {
            for (int position = 1; position < window.length; position++) {
                nats -= Math.log(probability(order, window, position, (int) window[position]));
                tokens++;
            }
        }
        int right = 0;
        for (ChoiceQuestion question : questions) {
            long[] window = windows.get(question.document());
            int best = 0;
            for (int option = 1; option < question.options().size(); option++) {
                if (probability(
                                order,
                                window,
                                question.position(),
                                question.options().get(option))
                        > probability(
                                order,
                                window,
                                question.position(),
                                question.options().get(best))) {
                    best = option;
                }
            }
            right += best == question.answer() ? 1 : 0;
        }
        return new Score(nats / tokens, (double) right / questions.size());
    }

    private double probability(int order, long[] window, int position, int token) {
        int before = position >= 2 ? (int) window[position - 2] : Lexicon.BOS;
        return probability(order, before, (int) window[position - 1], token);
    }
}
