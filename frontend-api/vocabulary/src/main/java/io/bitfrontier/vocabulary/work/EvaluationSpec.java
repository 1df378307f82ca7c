package io.bitfrontier.vocabulary.work;

import java.util.List;

/**
 * What is measured of a state. Results under different versions never share a frontier.
 *
 * @param data the held-out tokens: for the synthetic language, documents that training never draws
 * @param sequenceLength tokens per evaluated window
 * @param windows how many windows; a data set with fewer held-out windows is evaluated on what it has
 * @param tasks subset of {@code perplexity} and {@code choices}
 */
public record EvaluationSpec(DataSpec data, int sequenceLength, int windows, List<String> tasks) {
    public static final String PERPLEXITY = "perplexity";
    public static final String CHOICES = "choices";
    /** Raised when the same state would measure differently. */
    public static final int REVISION = 1;

    public EvaluationSpec {
        tasks = tasks.stream().sorted().toList();
    }

    /** Stable name of the version: revision, corpus and a digest of the rest. */
    public String version() {
        return data.corpus() + "/" + REVISION + "/"
                + Fingerprint.of("evaluation[" + data.canonical() + "," + sequenceLength + "," + windows + "," + tasks
                                + "]")
                        .substring(0, 12);
    }
}
