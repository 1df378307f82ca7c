package io.bitfrontier.trainer.eval;

import io.bitfrontier.trainer.data.SyntheticLanguage;
import io.bitfrontier.trainer.data.SyntheticLanguage.LogProbabilities;
import io.bitfrontier.trainer.data.TokenSource;
import io.bitfrontier.trainer.data.TokenSources;
import io.bitfrontier.trainer.train.WorkFailedException;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The windows of an evaluation, what is asked about them, and what the generator itself says of them.
 *
 * @param windows each {@code sequenceLength + 1} tokens
 * @param questions empty unless the choice task is asked for
 * @param floors what is known of the windows because they are the synthetic language's; null for text
 */
record EvaluationSet(
        List<long[]> windows,
        List<ChoiceQuestion> questions,
        @Nullable Floors floors) {
    private static final ConcurrentHashMap<EvaluationSpec, EvaluationSet> CACHE = new ConcurrentHashMap<>();
    private static final Set<String> TASKS = Set.of(EvaluationSpec.PERPLEXITY, EvaluationSpec.CHOICES);

    /**
     * Means per window.
     *
     * @param nats the generator's −ln p of the window's tokens
     * @param entropy of the distributions that they were drawn from
     */
    record Floors(double[] nats, double[] entropy) {}

    /**
     * Made once per process: many small runs are evaluated on the same windows.
     *
     * @throws WorkFailedException of class USER if the specification asks for what its data cannot give
     */
    static EvaluationSet of(EvaluationSpec spec) {
        return CACHE.computeIfAbsent(spec, EvaluationSet::make);
    }

    private static EvaluationSet make(EvaluationSpec spec) {
        DataSpec data = spec.data();
        require(spec);
        TokenSource source = TokenSources.openHeldOut(data, spec.sequenceLength());
        List<long[]> windows = windows(spec, source);
        if (!data.isSynthetic()) {
            return new EvaluationSet(windows, List.of(), null);
        }
        SyntheticLanguage language = new SyntheticLanguage(data.languageSeed());
        List<ChoiceQuestion> questions =
                spec.tasks().contains(EvaluationSpec.CHOICES) ? ChoiceTask.questions(language, windows) : List.of();
        return new EvaluationSet(windows, questions, floors(language, windows));
    }

    private static void require(EvaluationSpec spec) {
        List<String> problems = new ArrayList<>();
        for (String task : spec.tasks()) {
            if (!TASKS.contains(task)) {
                problems.add("task " + task + " is unknown; there are perplexity and choices");
            } else if (task.equals(EvaluationSpec.CHOICES) && !spec.data().isSynthetic()) {
                problems.add("task choices needs the synthetic corpus, not "
                        + spec.data().corpus());
            }
        }
        if (spec.tasks().isEmpty()) {
            problems.add("tasks is empty; there are perplexity and choices");
        }
        if (spec.windows() < 1) {
            problems.add("windows is " + spec.windows() + ", but must be at least 1");
        }
        if (!problems.isEmpty()) {
            throw new WorkFailedException(
                    FailureClass.USER,
                    "evaluation of " + spec.data().corpus() + ": " + String.join("; ", problems),
                    null);
        }
    }

    /** The first documents of the language, or windows spread evenly over a data set's held-out part. */
    private static List<long[]> windows(EvaluationSpec spec, TokenSource source) {
        long available = TokenSources.heldOutWindows(spec.data(), spec.sequenceLength());
        int count = (int) Math.min(spec.windows(), available);
        List<long[]> windows = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long[] window = new long[spec.sequenceLength() + 1];
            source.fill(spec.data().isSynthetic() ? i : i * available / count, 1, window);
            windows.add(window);
        }
        return List.copyOf(windows);
    }

    private static Floors floors(SyntheticLanguage language, List<long[]> windows) {
        double[] nats = new double[windows.size()];
        double[] entropy = new double[windows.size()];
        for (int i = 0; i < windows.size(); i++) {
            LogProbabilities scores = language.documentLogProbabilities(windows.get(i));
            nats[i] = Arrays.stream(scores.nats()).average().orElseThrow();
            entropy[i] = Arrays.stream(scores.entropy()).average().orElseThrow();
        }
        return new Floors(nats, entropy);
    }
}
