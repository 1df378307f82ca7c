package io.bitfrontier.trainer.data;

import static io.bitfrontier.trainer.data.Lexicon.ADJECTIVE;
import static io.bitfrontier.trainer.data.Lexicon.ATTRIBUTE;
import static io.bitfrontier.trainer.data.Lexicon.CLOSE;
import static io.bitfrontier.trainer.data.Lexicon.DETERMINER;
import static io.bitfrontier.trainer.data.Lexicon.DETERMINERS;
import static io.bitfrontier.trainer.data.Lexicon.LEMMAS;
import static io.bitfrontier.trainer.data.Lexicon.NAME;
import static io.bitfrontier.trainer.data.Lexicon.NAMES;
import static io.bitfrontier.trainer.data.Lexicon.NOUN;
import static io.bitfrontier.trainer.data.Lexicon.OPEN;
import static io.bitfrontier.trainer.data.Lexicon.PREPOSITION;
import static io.bitfrontier.trainer.data.Lexicon.TOPIC;
import static io.bitfrontier.trainer.data.Lexicon.TOPICS;
import static io.bitfrontier.trainer.data.Lexicon.VERB;

import java.util.Arrays;

/**
 * Reads a document of the synthetic language from its beginning and knows, before every token, the distribution that the
 * generator draws it from. Generator and scorer are this one class, so they cannot disagree. It holds nothing but what the
 * tokens read so far determine.
 */
public final class SyntheticWalk {
    private static final double[] BRACKET_WEIGHTS = {0.5, 0.3, 0.2};
    private static final double[] DETERMINER_WEIGHTS = {0.3, 0.2, 0.3, 0.2};
    private static final int MAX_DEPTH = 3;

    private static final double NAME_AS_SUBJECT = 0.35;
    private static final double NAME_AS_OBJECT = 0.25;
    private static final double NAME_REPEATED = 0.7;
    private static final double ATTRIBUTE_RECALLED = 0.92;
    private static final double ADJECTIVE_BEFORE_NOUN = 0.3;
    private static final double BRACKET_AFTER_SUBJECT = 0.3;
    private static final double BRACKET_IN_BRACKET = 0.25;
    private static final double RIGHT_NUMBER = 0.97;
    private static final double PREPOSITION_AFTER_OBJECT = 0.3;

    private final SyntheticLanguage language;
    /** By name: its first attribute as an id, or 0 while the name is new. */
    private final int[] attributeOfName = new int[NAMES];
    /** Kinds of the open brackets. */
    private final int[] stack = new int[MAX_DEPTH];

    private Slot slot = Slot.TOPIC;
    private int depth;
    private int names;
    private int topic;
    private int subjectHead;
    private boolean subjectPlural;
    private int lemma;
    private int preposition;
    private int lastHead;
    private int name;
    private boolean nameIsObject;
    private int adjective;

    public SyntheticWalk(SyntheticLanguage language) {
        this.language = language;
    }

    /** Where in a sentence the next token stands. */
    public enum Slot {
        /** The document's subject, its first token. */
        TOPIC,
        SUBJECT,
        /** Behind a name. */
        ATTRIBUTE,
        /** The subject's noun or the adjective before it. */
        SUBJECT_NOUN,
        /** The subject's noun behind an adjective. */
        ADJECTIVE_NOUN,
        /** Behind the subject: its verb, or a bracket first. */
        AFTER_SUBJECT,
        /** The verb behind a bracket. */
        VERB,
        OBJECT,
        OBJECT_NOUN,
        AFTER_OBJECT,
        PREPOSITION,
        DETERMINER,
        PREPOSITION_NOUN,
        /** Behind a noun in a bracket: another bracket, or the end of this one. */
        IN_BRACKET,
        /** Behind the end of an inner bracket. */
        CLOSE,
        /** The sentence's end: the topic again. */
        DOT
    }

    public Slot slot() {
        return slot;
    }

    /** Whether the name just read has been seen before in this document; only at {@link Slot#ATTRIBUTE}. */
    public boolean nameIsKnown() {
        return attributeOfName[name] != 0;
    }

    /** The attribute first given to the name just read; only where {@link #nameIsKnown}. */
    public int knownAttribute() {
        return attributeOfName[name];
    }

    /** The document's topic, an id. */
    public int topicToken() {
        return TOPIC + topic;
    }

    /**
     * Probabilities of the next token.
     *
     * @param p {@link Lexicon#VOCAB} entries, overwritten
     */
    public void distribution(double[] p) {
        Arrays.fill(p, 0);
        switch (slot) {
            case TOPIC -> Arrays.fill(p, TOPIC, TOPIC + TOPICS, 1.0 / TOPICS);
            case SUBJECT -> phrase(NAME_AS_SUBJECT, p);
            case OBJECT -> phrase(NAME_AS_OBJECT, p);
            case ATTRIBUTE -> attribute(p);
            case SUBJECT_NOUN -> {
                add(language.adjectiveByTopic[topic], ADJECTIVE_BEFORE_NOUN, ADJECTIVE, p);
                add(language.nounByTopic[topic], 1 - ADJECTIVE_BEFORE_NOUN, NOUN, p);
            }
            case ADJECTIVE_NOUN -> add(language.nounByAdjective(adjective, topic), 1, NOUN, p);
            case AFTER_SUBJECT -> {
                add(BRACKET_WEIGHTS, BRACKET_AFTER_SUBJECT, OPEN, p);
                verb(1 - BRACKET_AFTER_SUBJECT, p);
            }
            case VERB -> verb(1, p);
            case OBJECT_NOUN -> add(language.nounByLemma(lemma, subjectHead), 1, NOUN, p);
            case AFTER_OBJECT -> {
                add(language.prepositionByHead[lastHead], PREPOSITION_AFTER_OBJECT, PREPOSITION, p);
                p[TOPIC + topic] = 1 - PREPOSITION_AFTER_OBJECT;
            }
            case PREPOSITION -> add(language.prepositionByHead[lastHead], 1, PREPOSITION, p);
            case DETERMINER -> add(DETERMINER_WEIGHTS, 1, DETERMINER, p);
            case PREPOSITION_NOUN -> add(language.nounByPreposition(preposition, lastHead), 1, NOUN, p);
            case IN_BRACKET -> {
                double open = depth < MAX_DEPTH ? BRACKET_IN_BRACKET : 0;
                add(BRACKET_WEIGHTS, open, OPEN, p);
                p[CLOSE + stack[depth - 1]] = 1 - open;
            }
            case CLOSE -> p[CLOSE + stack[depth - 1]] = 1;
            case DOT -> p[TOPIC + topic] = 1;
        }
    }

    /** Reads the next token, which {@link #distribution} must allow. */
    public void accept(int token) {
        switch (slot) {
            case TOPIC -> {
                topic = token - TOPIC;
                slot = Slot.SUBJECT;
            }
            case SUBJECT -> acceptPhrase(token, false);
            case OBJECT -> acceptPhrase(token, true);
            case ATTRIBUTE -> acceptAttribute(token);
            case SUBJECT_NOUN -> {
                if (Lexicon.isAdjective(token)) {
                    adjective = token - ADJECTIVE;
                    slot = Slot.ADJECTIVE_NOUN;
                } else {
                    acceptSubject(token);
                }
            }
            case ADJECTIVE_NOUN -> acceptSubject(token);
            case AFTER_SUBJECT -> {
                if (Lexicon.isOpen(token)) {
                    open(token);
                } else {
                    acceptVerb(token);
                }
            }
            case VERB -> acceptVerb(token);
            case OBJECT_NOUN -> {
                lastHead = SyntheticLanguage.head(token);
                slot = Slot.AFTER_OBJECT;
            }
            case AFTER_OBJECT -> {
                if (Lexicon.isPreposition(token)) {
                    acceptPreposition(token);
                } else {
                    slot = Slot.SUBJECT;
                }
            }
            case PREPOSITION -> acceptPreposition(token);
            case DETERMINER -> slot = Slot.PREPOSITION_NOUN;
            case PREPOSITION_NOUN -> {
                lastHead = SyntheticLanguage.head(token);
                slot = depth == 0 ? Slot.DOT : Slot.IN_BRACKET;
            }
            case IN_BRACKET -> {
                if (Lexicon.isOpen(token)) {
                    open(token);
                } else {
                    close();
                }
            }
            case CLOSE -> close();
            case DOT -> slot = Slot.SUBJECT;
        }
    }

    /** A determiner, or a name: a new one by the topic, or evenly one of those met in this document. */
    private void phrase(double nameWeight, double[] p) {
        add(DETERMINER_WEIGHTS, 1 - nameWeight, DETERMINER, p);
        double fresh = names == 0 ? nameWeight : nameWeight * (1 - NAME_REPEATED);
        add(language.nameByTopic[topic], fresh, NAME, p);
        for (int known = 0; known < NAMES; known++) {
            if (attributeOfName[known] != 0) {
                p[NAME + known] += nameWeight * NAME_REPEATED / names;
            }
        }
    }

    private void attribute(double[] p) {
        double recalled = nameIsKnown() ? ATTRIBUTE_RECALLED : 0;
        add(language.attributeByTopic[topic], 1 - recalled, ATTRIBUTE, p);
        if (recalled > 0) {
            p[knownAttribute()] += recalled;
        }
    }

    private void verb(double weight, double[] p) {
        double[] lemmas = language.lemmaByHead(subjectHead, topic);
        double plural = subjectPlural ? RIGHT_NUMBER : 1 - RIGHT_NUMBER;
        add(lemmas, weight * (1 - plural), VERB, p);
        add(lemmas, weight * plural, VERB + LEMMAS, p);
    }

    private void acceptPhrase(int token, boolean object) {
        if (Lexicon.isName(token)) {
            name = token - NAME;
            nameIsObject = object;
            if (!object) {
                subjectPlural = false;
            }
            slot = Slot.ATTRIBUTE;
        } else {
            if (!object) {
                subjectPlural = token >= DETERMINER + DETERMINERS / 2;
            }
            slot = object ? Slot.OBJECT_NOUN : Slot.SUBJECT_NOUN;
        }
    }

    private void acceptAttribute(int token) {
        if (!nameIsKnown()) {
            attributeOfName[name] = token;
            names++;
        }
        if (nameIsObject) {
            lastHead = SyntheticLanguage.head(token);
            slot = Slot.AFTER_OBJECT;
        } else {
            acceptSubject(token);
        }
    }

    private void acceptSubject(int token) {
        subjectHead = SyntheticLanguage.head(token);
        lastHead = subjectHead;
        slot = Slot.AFTER_SUBJECT;
    }

    private void acceptVerb(int token) {
        lemma = (token - VERB) % LEMMAS;
        slot = Slot.OBJECT;
    }

    private void acceptPreposition(int token) {
        preposition = token - PREPOSITION;
        slot = Slot.DETERMINER;
    }

    private void open(int token) {
        stack[depth++] = token - OPEN;
        slot = Slot.PREPOSITION;
    }

    private void close() {
        depth--;
        slot = depth > 0 ? Slot.CLOSE : Slot.VERB;
    }

    private static void add(double[] row, double weight, int first, double[] p) {
        for (int word = 0; word < row.length; word++) {
            p[first + word] += weight * row[word];
        }
    }
}
