package io.bitfrontier.trainer.data;

import io.bitfrontier.vocabulary.work.DataSpec;

/** Which ids of the synthetic language are which kind of word. The classes lie one behind the other. */
public final class Lexicon {
    public static final int VOCAB = DataSpec.SYNTHETIC_VOCAB;
    public static final int BOS = 0;

    /** Three kinds of bracket: {@code CLOSE} of {@code OPEN + k} is {@code CLOSE + k}. */
    public static final int OPEN = 2;

    public static final int CLOSE = 5;
    public static final int BRACKETS = 3;
    /** Two singular ones, then two plural ones. */
    public static final int DETERMINER = 8;

    public static final int DETERMINERS = 4;
    public static final int TOPIC = 12;
    public static final int TOPICS = 8;
    public static final int PREPOSITION = 20;
    public static final int PREPOSITIONS = 6;
    public static final int ADJECTIVE = 26;
    public static final int ADJECTIVES = 12;
    public static final int NOUN = 38;
    public static final int NOUNS = 32;
    /** The singular forms; the plural of a lemma stands {@value #LEMMAS} further. */
    public static final int VERB = 70;

    public static final int LEMMAS = 16;
    public static final int VERBS = 2 * LEMMAS;
    public static final int NAME = 102;
    public static final int NAMES = 16;
    public static final int ATTRIBUTE = 118;
    public static final int ATTRIBUTES = 10;

    private Lexicon() {}

    public static boolean isNoun(int token) {
        return token >= NOUN && token < NOUN + NOUNS;
    }

    public static boolean isVerb(int token) {
        return token >= VERB && token < VERB + VERBS;
    }

    static boolean isOpen(int token) {
        return token >= OPEN && token < OPEN + BRACKETS;
    }

    static boolean isClose(int token) {
        return token >= CLOSE && token < CLOSE + BRACKETS;
    }

    static boolean isPreposition(int token) {
        return token >= PREPOSITION && token < PREPOSITION + PREPOSITIONS;
    }

    static boolean isAdjective(int token) {
        return token >= ADJECTIVE && token < ADJECTIVE + ADJECTIVES;
    }

    static boolean isName(int token) {
        return token >= NAME && token < NAME + NAMES;
    }

    /** A readable form: the class and a number from 0, brackets as themselves, determiners and verbs with their number. */
    public static String word(int token) {
        if (token < OPEN) {
            return token == BOS ? "bos" : "unused";
        } else if (token < DETERMINER) {
            return "([{)]}".substring(token - OPEN, token - OPEN + 1);
        } else if (token < TOPIC) {
            int half = DETERMINERS / 2;
            return "det" + (token - DETERMINER) % half + (token < DETERMINER + half ? ".sg" : ".pl");
        } else if (token < PREPOSITION) {
            return "topic" + (token - TOPIC);
        } else if (token < ADJECTIVE) {
            return "prep" + (token - PREPOSITION);
        } else if (token < NOUN) {
            return "adj" + (token - ADJECTIVE);
        } else if (token < VERB) {
            return "noun" + (token - NOUN);
        } else if (token < NAME) {
            return "verb" + (token - VERB) % LEMMAS + (token < VERB + LEMMAS ? ".sg" : ".pl");
        }
        return token < ATTRIBUTE ? "name" + (token - NAME) : "attr" + (token - ATTRIBUTE);
    }
}
