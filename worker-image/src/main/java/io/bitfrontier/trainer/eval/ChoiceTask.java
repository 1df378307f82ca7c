package io.bitfrontier.trainer.eval;

import static io.bitfrontier.trainer.data.Lexicon.ATTRIBUTE;
import static io.bitfrontier.trainer.data.Lexicon.ATTRIBUTES;
import static io.bitfrontier.trainer.data.Lexicon.BRACKETS;
import static io.bitfrontier.trainer.data.Lexicon.CLOSE;
import static io.bitfrontier.trainer.data.Lexicon.LEMMAS;
import static io.bitfrontier.trainer.data.Lexicon.NOUN;
import static io.bitfrontier.trainer.data.Lexicon.NOUNS;
import static io.bitfrontier.trainer.data.Lexicon.VERB;
import static io.bitfrontier.trainer.data.Lexicon.VERBS;

import io.bitfrontier.trainer.data.CounterRandom;
import io.bitfrontier.trainer.data.Lexicon;
import io.bitfrontier.trainer.data.SyntheticLanguage;
import io.bitfrontier.trainer.data.SyntheticWalk;
import io.bitfrontier.trainer.eval.ChoiceQuestion.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The four-choice task of the synthetic language: questions about tokens of the evaluated documents themselves, so that one
 * forward pass gives loss and accuracy. A wrong option is at most a quarter as probable as the right one, so whoever knows the
 * language answers every question. Which questions are asked is a function of the documents alone.
 */
public final class ChoiceTask {
    private static final double LEAST_PROBABILITY = 0.08;
    private static final double MOST_OF_ANSWER = 0.25;
    private static final int WRONG_OPTIONS = 3;
    private static final long DRAW = 1;
    private static final long SELECT = 2;

    private ChoiceTask() {}

    /**
     * Asks up to 12.5 questions per document, in order of document and position.
     *
     * @param documents of the language, begin of document included
     */
    public static List<ChoiceQuestion> questions(SyntheticLanguage language, List<long[]> documents) {
        List<ChoiceQuestion> possible = new ArrayList<>();
        for (int d = 0; d < documents.size(); d++) {
            possible.addAll(ofDocument(language, d, documents.get(d)));
        }
        List<ChoiceQuestion> asked = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            possible.stream()
                    .filter(question -> question.kind() == kind)
                    .sorted(Comparator.comparingLong(q -> CounterRandom.hash(SELECT, q.document(), q.position())))
                    .limit(kind.quota(documents.size()))
                    .forEach(asked::add);
        }
        asked.sort(Comparator.comparingInt(ChoiceQuestion::document).thenComparingInt(ChoiceQuestion::position));
        return List.copyOf(asked);
    }

    private static List<ChoiceQuestion> ofDocument(SyntheticLanguage language, int index, long[] document) {
        List<ChoiceQuestion> questions = new ArrayList<>();
        SyntheticWalk walk = new SyntheticWalk(language);
        double[] p = new double[Lexicon.VOCAB];
        for (int position = 1; position < document.length; position++) {
            int token = (int) document[position];
            walk.distribution(p);
            Kind kind = kind(walk, position, token, p[token]);
            if (kind != null) {
                CounterRandom random = new CounterRandom(
                        CounterRandom.Stream.EVALUATION, CounterRandom.hash(DRAW, index, position, token));
                List<Integer> wrong = distractors(kind, walk, token, p, random);
                if (wrong.size() == WRONG_OPTIONS) {
                    int answer = (int) (random.nextDouble() * (WRONG_OPTIONS + 1));
                    wrong.add(answer, token);
                    questions.add(new ChoiceQuestion(kind, index, position, List.copyOf(wrong), answer));
                }
            }
            walk.accept(token);
        }
        return questions;
    }

    /** What may be asked here, or null. */
    private static @Nullable Kind kind(SyntheticWalk walk, int position, int token, double probability) {
        boolean likely = probability >= LEAST_PROBABILITY;
        return switch (walk.slot()) {
            case OBJECT_NOUN, ADJECTIVE_NOUN, PREPOSITION_NOUN -> likely ? Kind.PAIR : null;
            case AFTER_SUBJECT -> likely && Lexicon.isVerb(token) ? Kind.VERB : null;
            case VERB -> likely ? (position % 2 == 0 ? Kind.VERB : Kind.AGREE) : null;
            case SUBJECT_NOUN -> likely && Lexicon.isNoun(token) ? Kind.TOPIC : null;
            case ATTRIBUTE -> walk.nameIsKnown() && token == walk.knownAttribute() ? Kind.RECALL : null;
            case IN_BRACKET, CLOSE -> token >= CLOSE && token < CLOSE + BRACKETS ? Kind.CLOSE : null;
            case TOPIC, SUBJECT, OBJECT, AFTER_OBJECT, PREPOSITION, DETERMINER, DOT -> null;
        };
    }

    private static List<Integer> distractors(
            Kind kind, SyntheticWalk walk, int token, double[] p, CounterRandom random) {
        return switch (kind) {
            case PAIR, TOPIC -> drawByProbability(range(NOUN, NOUNS), WRONG_OPTIONS, token, p, random);
            case VERB -> drawByProbability(range(VERB, VERBS), WRONG_OPTIONS, token, p, random);
            case RECALL -> drawByProbability(range(ATTRIBUTE, ATTRIBUTES), WRONG_OPTIONS, token, p, random);
            case AGREE -> wrongVerbs(token, p, random);
            case CLOSE -> {
                List<Integer> wrong = new ArrayList<>(range(CLOSE, BRACKETS));
                wrong.remove((Integer) token);
                wrong.add(walk.topicToken());
                yield wrong;
            }
        };
    }

    /** The same lemma in the wrong number, another in the right number, another in the wrong number. */
    private static List<Integer> wrongVerbs(int token, double[] p, CounterRandom random) {
        int lemma = (token - VERB) % LEMMAS;
        int right = token - lemma;
        int wrong = right == VERB ? VERB + LEMMAS : VERB;
        List<Integer> options = new ArrayList<>();
        options.add(wrong + lemma);
        options.addAll(drawByProbability(range(right, LEMMAS), 1, token, p, random));
        int step = 1 + (int) (random.nextDouble() * (LEMMAS - 1));
        options.add(wrong + (lemma + step) % LEMMAS);
        return options;
    }

    /** Draws without replacement in proportion to the true probability, among the tokens that are improbable enough. */
    private static List<Integer> drawByProbability(
            List<Integer> tokens, int count, int answer, double[] p, CounterRandom random) {
        List<Integer> candidates = new ArrayList<>(tokens.stream()
                .filter(t -> t != answer && p[t] > 0 && p[t] <= MOST_OF_ANSWER * p[answer])
                .toList());
        List<Integer> drawn = new ArrayList<>();
        while (drawn.size() < count && !candidates.isEmpty()) {
            double rest = random.nextDouble()
                    * candidates.stream().mapToDouble(t -> p[t]).sum();
            int chosen = 0;
            while (chosen < candidates.size() - 1 && rest >= p[candidates.get(chosen)]) {
                rest -= p[candidates.get(chosen)];
                chosen++;
            }
            drawn.add(candidates.remove(chosen));
        }
        return drawn;
    }

    private static List<Integer> range(int first, int count) {
        return IntStream.range(first, first + count).boxed().toList();
    }
}
