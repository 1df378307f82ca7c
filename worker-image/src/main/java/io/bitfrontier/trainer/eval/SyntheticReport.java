package io.bitfrontier.trainer.eval;

import io.bitfrontier.trainer.data.Lexicon;
import io.bitfrontier.trainer.data.SyntheticLanguage;
import io.bitfrontier.trainer.data.SyntheticLanguage.LogProbabilities;
import io.bitfrontier.trainer.data.SyntheticWalk;
import io.bitfrontier.trainer.data.SyntheticWalk.Slot;
import io.bitfrontier.trainer.data.TokenSource;
import io.bitfrontier.trainer.data.TokenSources;
import io.bitfrontier.trainer.eval.ChoiceQuestion.Kind;
import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/** Measures the synthetic language: the tables of docs/explanation/synthetic-language.md, which a test compares with it. */
public final class SyntheticReport {
    private static final int WINDOWS = 320;
    private static final int L = SyntheticLanguage.DOCUMENT_TOKENS;
    private static final long COUNT_SEED = 1;
    static final int SAMPLE_TOKENS = 61;
    static final List<Long> SEEDS = List.of(1L, 2L, 3L);

    private SyntheticReport() {}

    /** Prints the deterministic tables, and how fast this machine generates. */
    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.println(sample(1, SAMPLE_TOKENS) + "\n");
        out.println(tables(SEEDS));
        out.printf(Locale.ROOT, "generated %,.0f tokens per second on one core%n", tokensPerSecond());
    }

    /** The first tokens of the first evaluation document, in words. */
    static String sample(long seed, int tokens) {
        return Arrays.stream(set(seed).windows().get(0))
                .limit(tokens)
                .mapToObj(token -> Lexicon.word((int) token))
                .collect(Collectors.joining(" "));
    }

    /** Floors and count models per language seed, and the slots of the first, as Markdown. */
    static String tables(List<Long> languageSeeds) {
        StringBuilder out = new StringBuilder();
        out.append("| language seed | mean H | realised −ln p | unigram | bigram | trigram |\n");
        out.append("|---|---|---|---|---|---|\n");
        for (long seed : languageSeeds) {
            out.append(floorsAndCounts(seed));
        }
        out.append('\n').append(slots(languageSeeds.get(0)));
        out.append('\n').append(kinds(languageSeeds.get(0)));
        return out.toString();
    }

    private static EvaluationSet set(long seed) {
        return EvaluationSet.of(new EvaluationSpec(
                DataSpec.synthetic(seed), L, WINDOWS, List.of(EvaluationSpec.PERPLEXITY, EvaluationSpec.CHOICES)));
    }

    private static CountModels counts(long seed) {
        return CountModels.train(
                TokenSources.open(DataSpec.synthetic(seed), COUNT_SEED, L), CountModels.TRAINING_TOKENS);
    }

    private static String floorsAndCounts(long seed) {
        EvaluationSet set = set(seed);
        EvaluationSet.Floors floors = Objects.requireNonNull(set.floors());
        Mean entropy = Mean.of(floors.entropy());
        Mean nats = Mean.of(floors.nats());
        CountModels counts = counts(seed);
        StringBuilder row = new StringBuilder(String.format(
                Locale.ROOT,
                "| %d | %.4f ± %.4f | %.4f ± %.4f |",
                seed,
                entropy.value(),
                entropy.standardError(),
                nats.value(),
                nats.standardError()));
        for (int order = 1; order <= CountModels.ORDERS; order++) {
            CountModels.Score score = counts.score(order, set.windows(), set.questions());
            row.append(String.format(Locale.ROOT, " %.2f / %.1f %% |", score.nats(), 100 * score.accuracy()));
        }
        return row.append('\n').toString();
    }

    private static String slots(long seed) {
        SyntheticLanguage language = new SyntheticLanguage(seed);
        int[] count = new int[Slot.values().length];
        double[] entropy = new double[Slot.values().length];
        List<long[]> windows = set(seed).windows();
        for (long[] window : windows) {
            LogProbabilities scores = language.documentLogProbabilities(window);
            SyntheticWalk walk = new SyntheticWalk(language);
            for (int i = 0; i < L; i++) {
                count[walk.slot().ordinal()]++;
                entropy[walk.slot().ordinal()] += scores.entropy()[i];
                walk.accept((int) window[i + 1]);
            }
        }
        double tokens = (double) windows.size() * L;
        StringBuilder out =
                new StringBuilder("| slot | share of tokens | contribution to the floor, nats |\n|---|---|---|\n");
        for (Slot slot : Slot.values()) {
            out.append(String.format(
                    Locale.ROOT,
                    "| %s | %.1f %% | %.3f |\n",
                    slot.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    100 * count[slot.ordinal()] / tokens,
                    entropy[slot.ordinal()] / tokens));
        }
        return out.toString();
    }

    private static String kinds(long seed) {
        EvaluationSet set = set(seed);
        CountModels counts = counts(seed);
        StringBuilder out =
                new StringBuilder("| kind | questions | unigram | bigram | trigram |\n|---|---|---|---|---|\n");
        for (Kind kind : Kind.values()) {
            List<ChoiceQuestion> questions =
                    set.questions().stream().filter(q -> q.kind() == kind).toList();
            out.append(String.format(Locale.ROOT, "| %s | %d |", kind.label(), questions.size()));
            for (int order = 1; order <= CountModels.ORDERS; order++) {
                double accuracy = counts.score(order, set.windows(), questions).accuracy();
                out.append(String.format(Locale.ROOT, " %.1f %% |", 100 * accuracy));
            }
            out.append('\n');
        }
        return out.toString();
    }

    private static double tokensPerSecond() {
        TokenSource source = TokenSources.open(DataSpec.synthetic(1), COUNT_SEED, L);
        int documents = 1000;
        long[] batch = new long[documents * (L + 1)];
        source.fill(0, documents, batch);
        int rounds = 20;
        long start = System.nanoTime();
        for (int round = 1; round <= rounds; round++) {
            source.fill((long) round * documents, documents, batch);
        }
        return 1e9 * rounds * documents * L / (System.nanoTime() - start);
    }
}
