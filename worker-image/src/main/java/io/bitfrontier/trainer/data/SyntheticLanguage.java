package io.bitfrontier.trainer.data;

import static io.bitfrontier.trainer.data.Lexicon.ADJECTIVES;
import static io.bitfrontier.trainer.data.Lexicon.ATTRIBUTES;
import static io.bitfrontier.trainer.data.Lexicon.LEMMAS;
import static io.bitfrontier.trainer.data.Lexicon.NAMES;
import static io.bitfrontier.trainer.data.Lexicon.NOUNS;
import static io.bitfrontier.trainer.data.Lexicon.PREPOSITIONS;
import static io.bitfrontier.trainer.data.Lexicon.TOPICS;

import io.bitfrontier.trainer.data.CounterRandom.Stream;

/**
 * The built-in synthetic language: which words follow which is decided by a seed, how strongly by Zipf's law. Its documents are
 * {@value #DOCUMENT_TOKENS} tokens behind a begin of document, and the state of its generator is a function of the visible
 * tokens, so that the probability of every token is known (docs/explanation/synthetic-language.md).
 *
 * <p>Immutable; the tables take about 400 kB.
 */
public final class SyntheticLanguage {
    /** Tokens of a document that carry loss. */
    public static final int DOCUMENT_TOKENS = 128;

    /** What can stand before a word that depends on the last noun or attribute. */
    private static final int HEADS = NOUNS + ATTRIBUTES;

    private static final double PAIR_WEIGHT = 0.6;

    private final long languageSeed;

    // Each is rows × words: the probability of a word given the row's key.
    final double[][] nameByTopic;
    final double[][] attributeByTopic;
    final double[][] adjectiveByTopic;
    final double[][] nounByTopic;
    final double[][] prepositionByHead;
    /** Row {@code adjective · TOPICS + topic}. */
    final double[][] nounByAdjective;
    /** Row {@code head · TOPICS + topic}. */
    final double[][] lemmaByHead;
    /** Row {@code preposition · HEADS + head}. */
    final double[][] nounByPreposition;
    /** Row {@code lemma · HEADS + head}. */
    final double[][] nounByLemma;

    public SyntheticLanguage(long languageSeed) {
        this.languageSeed = languageSeed;
        nameByTopic = ranked(Kind.NAME_BY_TOPIC, TOPICS, NAMES, 0.7);
        attributeByTopic = ranked(Kind.ATTRIBUTE_BY_TOPIC, TOPICS, ATTRIBUTES, 0.5);
        adjectiveByTopic = ranked(Kind.ADJECTIVE_BY_TOPIC, TOPICS, ADJECTIVES, 1.5);
        nounByTopic = ranked(Kind.NOUN_BY_TOPIC, TOPICS, NOUNS, 1.2);
        prepositionByHead = ranked(Kind.PREPOSITION_BY_HEAD, HEADS, PREPOSITIONS, 1.5);
        nounByAdjective = mixed(Kind.NOUN_BY_ADJECTIVE, Kind.NOUN_BY_ADJECTIVE_AND_TOPIC, ADJECTIVES, TOPICS, NOUNS);
        lemmaByHead = mixed(Kind.LEMMA_BY_HEAD, Kind.LEMMA_BY_HEAD_AND_TOPIC, HEADS, TOPICS, LEMMAS);
        nounByPreposition =
                mixed(Kind.NOUN_BY_PREPOSITION, Kind.NOUN_BY_PREPOSITION_AND_HEAD, PREPOSITIONS, HEADS, NOUNS);
        nounByLemma = mixed(Kind.NOUN_BY_LEMMA, Kind.NOUN_BY_LEMMA_AND_HEAD, LEMMAS, HEADS, NOUNS);
    }

    /** Every table draws permutations of its own. The order is part of the language: append only. */
    private enum Kind {
        NAME_BY_TOPIC,
        ATTRIBUTE_BY_TOPIC,
        ADJECTIVE_BY_TOPIC,
        NOUN_BY_TOPIC,
        PREPOSITION_BY_HEAD,
        NOUN_BY_ADJECTIVE,
        NOUN_BY_ADJECTIVE_AND_TOPIC,
        LEMMA_BY_HEAD,
        LEMMA_BY_HEAD_AND_TOPIC,
        NOUN_BY_PREPOSITION,
        NOUN_BY_PREPOSITION_AND_HEAD,
        NOUN_BY_LEMMA,
        NOUN_BY_LEMMA_AND_HEAD
    }

    /** Index of a noun or attribute among the words that others depend on. */
    static int head(int token) {
        return Lexicon.isNoun(token) ? token - Lexicon.NOUN : NOUNS + token - Lexicon.ATTRIBUTE;
    }

    double[] nounByAdjective(int adjective, int topic) {
        return nounByAdjective[adjective * TOPICS + topic];
    }

    double[] lemmaByHead(int head, int topic) {
        return lemmaByHead[head * TOPICS + topic];
    }

    double[] nounByPreposition(int preposition, int head) {
        return nounByPreposition[preposition * HEADS + head];
    }

    double[] nounByLemma(int lemma, int head) {
        return nounByLemma[lemma * HEADS + head];
    }

    /**
     * Draws a document that is a function of the arguments and the language alone.
     *
     * @param into receives {@code DOCUMENT_TOKENS + 1} tokens from {@code offset} on
     */
    void document(Stream stream, long seed, long index, long[] into, int offset) {
        CounterRandom random =
                new CounterRandom(stream, CounterRandom.hash(languageSeed, stream.ordinal(), seed, index));
        SyntheticWalk walk = new SyntheticWalk(this);
        double[] distribution = new double[Lexicon.VOCAB];
        into[offset] = Lexicon.BOS;
        for (int position = 1; position <= DOCUMENT_TOKENS; position++) {
            walk.distribution(distribution);
            int token = draw(distribution, random.nextDouble());
            into[offset + position] = token;
            walk.accept(token);
        }
    }

    /** Inverse of the cumulative distribution; rounding at the upper end falls to the last word that can come. */
    private static int draw(double[] distribution, double uniform) {
        double below = 0;
        int last = -1;
        for (int token = 0; token < distribution.length; token++) {
            if (distribution[token] > 0) {
                below += distribution[token];
                last = token;
                if (uniform < below) {
                    return token;
                }
            }
        }
        return last;
    }

    /**
     * What the generator itself says of a document.
     *
     * @param nats −ln p of token {@code i + 1} given the tokens before it
     * @param entropy −Σ p ln p of the distribution that token {@code i + 1} was drawn from
     */
    public record LogProbabilities(double[] nats, double[] entropy) {}

    /**
     * Scores a document by the language's own distribution.
     *
     * @param document begin of document and then at least one token
     * @throws IllegalArgumentException if the language cannot produce it
     */
    public LogProbabilities documentLogProbabilities(long[] document) {
        if (document.length < 2 || document[0] != Lexicon.BOS) {
            throw new IllegalArgumentException("a document is a begin (0) and at least one token");
        }
        SyntheticWalk walk = new SyntheticWalk(this);
        double[] distribution = new double[Lexicon.VOCAB];
        double[] nats = new double[document.length - 1];
        double[] entropy = new double[document.length - 1];
        for (int i = 0; i < nats.length; i++) {
            walk.distribution(distribution);
            long token = document[i + 1];
            double probability = token >= 0 && token < Lexicon.VOCAB ? distribution[(int) token] : 0;
            if (!(probability > 0)) {
                throw new IllegalArgumentException("token " + token + " cannot stand at position " + (i + 1));
            }
            nats[i] = -StrictMath.log(probability);
            entropy[i] = entropy(distribution);
            walk.accept((int) token);
        }
        return new LogProbabilities(nats, entropy);
    }

    private static double entropy(double[] distribution) {
        double sum = 0;
        for (double p : distribution) {
            if (p > 0) {
                sum -= p * StrictMath.log(p);
            }
        }
        return sum;
    }

    /** Zipf's law over a permutation of the words: the r-th of them has (r + 1)^−exponent over the sum. */
    private double[][] ranked(Kind kind, int keys, int words, double exponent) {
        double[] byRank = new double[words];
        double sum = 0;
        for (int rank = 0; rank < words; rank++) {
            byRank[rank] = StrictMath.pow(rank + 1, -exponent);
            sum += byRank[rank];
        }
        double[][] rows = new double[keys][words];
        for (int key = 0; key < keys; key++) {
            int[] permutation = permutation(words, CounterRandom.hash(languageSeed, kind.ordinal(), key));
            for (int rank = 0; rank < words; rank++) {
                rows[key][permutation[rank]] = byRank[rank] / sum;
            }
        }
        return rows;
    }

    /** 0.4 × what one key says and 0.6 × what the pair of keys says: the single key is learned early, the pair late. */
    private double[][] mixed(Kind single, Kind pair, int ones, int twos, int words) {
        double[][] byOne = ranked(single, ones, words, 1.5);
        double[][] rows = ranked(pair, ones * twos, words, 1.5);
        for (int row = 0; row < rows.length; row++) {
            double[] one = byOne[row / twos];
            for (int word = 0; word < words; word++) {
                rows[row][word] = (1 - PAIR_WEIGHT) * one[word] + PAIR_WEIGHT * rows[row][word];
            }
        }
        return rows;
    }

    /** Fisher–Yates. */
    private static int[] permutation(int size, long hash) {
        CounterRandom random = new CounterRandom(Stream.TRAINING, hash);
        int[] permutation = new int[size];
        for (int i = 0; i < size; i++) {
            permutation[i] = i;
        }
        for (int i = size - 1; i > 0; i--) {
            int j = (int) (random.nextDouble() * (i + 1));
            int swapped = permutation[i];
            permutation[i] = permutation[j];
            permutation[j] = swapped;
        }
        return permutation;
    }
}
