package io.bitfrontier.service.sweep;

import static io.bitfrontier.service.sweep.SweepReading.SMALL;
import static io.bitfrontier.service.sweep.SweepReading.read;
import static io.bitfrontier.service.sweep.SweepReading.sweep;
import static io.bitfrontier.service.sweep.SweepReading.violations;
import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.problem.Violation;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents that can be read and whose values cannot be. */
class SweepBoundsTest {
    @Test
    void asManyExclusionsAsASweepMayHaveAreReadAndNoMore() {
        String most = "exclude:\n" + "- {seed: 2}\n".repeat(1_000);

        assertThat(read(sweep(SMALL, most)).grid().exclusions()).hasSize(1_000);
        assertThat(violations(sweep(SMALL, most + "- {sed: 2}\n")))
                .containsExactly(new Violation("exclude", "1001", "has 1001 entries, at most 1000 are allowed"));
    }

    @Test
    void aTokenBudgetBelowOneBatchIsRefused() {
        assertThat(violations(sweep("model: tiny-17k\ntokens: [1023, 1024]\nprecision: 16")))
                .containsExactly(new Violation(
                        "grid.tokens[0]", "1023", "is below one batch of 1024 tokens (training.batchTokens)"));
    }

    @Test
    void budgetsThatRoundToTheSameStepsAreRefused() {
        assertThat(violations(sweep("model: tiny-17k\ntokens: [500k, 500001]\nprecision: 16")))
                .containsExactly(new Violation(
                        "grid.tokens[1]",
                        "500001",
                        "rounds to 488 optimizer steps of 1024 tokens, as grid.tokens[0] does"));
    }

    @Test
    void seqAtFourBitsIsRefused() {
        assertThat(violations(sweep("model: tiny-17k\ntokens: 1M\nprecision: [4]\nscheme: [ptq]\nquantizer: [seq]")))
                .contains(
                        new Violation(
                                "grid.quantizer[0]",
                                "seq",
                                "takes part in no possible point: seq has no 4-bit grid; it serves [1.58, 2]"),
                        new Violation(
                                "grid.precision[0]",
                                "4",
                                "takes part in no possible point: seq has no 4-bit grid; it serves [1.58, 2]"));
        assertThat(violations(sweep("model: tiny-17k\ntokens: 1M\nprecision: [2, 4]\nscheme: ptq\nquantizer: [seq]")))
                .containsExactly(new Violation(
                        "grid.precision[1]",
                        "4",
                        "takes part in no possible point: seq has no 4-bit grid; it serves [1.58, 2]"));
    }

    @Test
    void aSchemeThatNoQuantizerServesIsRefused() {
        assertThat(violations(
                        sweep("model: tiny-17k\ntokens: 1M\nprecision: 2\nscheme: [ptq, fp-then-qat]\nquantizer: rtn")))
                .containsExactly(new Violation(
                        "grid.scheme[1]",
                        "fp-then-qat(0.1, annealed)",
                        "takes part in no possible point with the quantizers of this grid"));
    }

    @Test
    void aMillionPointsAreRefusedByTheirCount() {
        String seeds = "["
                + String.join(
                        ", ",
                        IntStream.range(0, 1000).mapToObj(Integer::toString).toList())
                + "]";
        String tokens = "["
                + String.join(
                        ", ",
                        IntStream.rangeClosed(1, 1000)
                                .mapToObj(i -> i * 1024 + "")
                                .toList())
                + "]";

        assertThat(violations(sweep("model: tiny-17k\ntokens: " + tokens + "\nprecision: 16\nseed: " + seeds)))
                .containsExactly(new Violation("grid", "1000000", "has 1000000 points, at most 100000 are allowed"));
    }

    @Test
    void anEmptyAxisIsRefused() {
        assertThat(violations(sweep("model: []\ntokens: 1M\nprecision: 16")))
                .containsExactly(new Violation("grid.model", null, "is empty; at least one value is needed"));
        assertThat(violations("apiVersion: bitfrontier/v1\nname: s\ngrid: {}\n"))
                .extracting(Violation::path)
                .containsExactly("grid.model", "grid.tokens", "grid.precision");
        assertThat(violations("apiVersion: bitfrontier/v1\nname: s\n"))
                .contains(new Violation("grid.model", null, "is missing"));
    }

    @Test
    void precisionsBelowSixteenNeedAScheme() {
        assertThat(violations(sweep("model: tiny-17k\ntokens: 1M\nprecision: [2, 16]")))
                .containsExactly(new Violation(
                        "grid.scheme",
                        null,
                        "is missing; precisions below 16 need one of ptq, qat-from-scratch, fp-then-qat"));
    }

    @Test
    void theVocabularyOfTheModelMustHoldTheCorpus() {
        assertThat(violations(sweep(SMALL, "data: {corpus: books}")))
                .containsExactly(
                        new Violation("grid.model", "tiny-17k", "has a vocabulary of 128, the corpus books needs 259"));
        assertThat(read(sweep("model: tiny-1M\ntokens: 500k\nprecision: 16", "data: {corpus: books}"))
                        .training()
                        .evaluation()
                        .tasks())
                .containsExactly("perplexity");
    }

    @Test
    void choicesAndLanguageSeedsBelongToTheSyntheticCorpus() {
        assertThat(violations(sweep(
                        "model: tiny-1M\ntokens: 500k\nprecision: 16",
                        "data: {corpus: books, languageSeed: 3}",
                        "evaluate: [perplexity, choices]")))
                .containsExactlyInAnyOrder(
                        new Violation("data.languageSeed", "3", "belongs to the synthetic corpus alone"),
                        new Violation("evaluate[1]", "choices", "needs the synthetic corpus, whose answers are known"));
    }

    @Test
    void syntheticDocumentsFixTheSequenceLength() {
        assertThat(violations(sweep(SMALL, "training: {sequenceLength: 256}")))
                .containsExactly(new Violation(
                        "training.sequenceLength",
                        "256",
                        "must be 128 with the synthetic corpus, whose documents have 128 tokens"));
    }

    @Test
    void aCosineHasNoStableTrunk() {
        assertThat(violations(sweep(
                        "model: tiny-17k\ntokens: 1M\nprecision: 2\nscheme: {fp-then-qat: {parent: stable}}",
                        "training: {schedule: cosine}")))
                .containsExactly(new Violation(
                        "grid.scheme",
                        "fp-then-qat(0.1, stable)",
                        "parent stable needs schedule wsd; a cosine has no stable trunk to branch off"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "0", "2", "NaN", "Infinity", "1e999999999", "fast", "[1]"})
    void learningRatesLieAboveZeroAndAtMostAtOne(String rate) {
        assertThat(violations(sweep(SMALL, "training: {learningRate: " + rate + "}")))
                .singleElement()
                .satisfies(v -> assertThat(v.path()).isEqualTo("training.learningRate"));
    }

    @Test
    void anUnknownProjectIsRefused() {
        assertThat(violations(sweep(SMALL, "project: other")))
                .containsExactly(new Violation("project", "other", "there is no such project"));
    }
}
