package io.bitfrontier.trainer.eval;

import java.util.List;

/**
 * Which of four tokens comes next?
 *
 * @param kind what answering it takes
 * @param document index of the evaluated window
 * @param position of the asked token in the window, 0 being the begin of document: the logits at {@code position − 1} answer
 * @param options four different ids in random order
 * @param answer index of the token that really came
 */
public record ChoiceQuestion(Kind kind, int document, int position, List<Integer> options, int answer) {

    /** What answering a question takes. */
    public enum Kind {
        /** A noun that depends on a pair of earlier words. */
        PAIR("pair", 5.0),
        /** A verb that depends on its subject and the topic. */
        VERB("verb", 1.875),
        /** A noun that depends on the topic, the document's first word. */
        TOPIC("topic", 1.25),
        /** The attribute that a name had when it was first met. */
        RECALL("recall", 2.5),
        /** Lemma and number of a verb behind a bracket. */
        AGREE("agree", 0.9375),
        /** The bracket that closes the innermost open one. */
        CLOSE("close", 0.9375);

        private final String label;
        private final double perDocument;

        Kind(String label, double perDocument) {
            this.label = label;
            this.perDocument = perDocument;
        }

        /** As it stands in metric names. */
        public String label() {
            return label;
        }

        /** At most how many are asked over this many documents; 4000 in all over 320. */
        int quota(int documents) {
            return (int) StrictMath.round(perDocument * documents);
        }
    }
}
