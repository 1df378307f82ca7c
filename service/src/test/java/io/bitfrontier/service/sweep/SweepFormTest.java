package io.bitfrontier.service.sweep;

import static io.bitfrontier.service.sweep.SweepReading.SMALL;
import static io.bitfrontier.service.sweep.SweepReading.sweep;
import static io.bitfrontier.service.sweep.SweepReading.violations;
import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.problem.Violation;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents that cannot be read, and how violations are told. */
class SweepFormTest {
    @Test
    void malformedYamlIsOneViolationWithLineAndColumn() {
        assertThat(violations("apiVersion: bitfrontier/v1\ngrid:\n  model: [tiny-17k\n  tokens: 1M\n"))
                .singleElement()
                .satisfies(violation -> {
                    assertThat(violation.path()).isEqualTo("document");
                    assertThat(violation.message()).matches("is not readable at line \\d+, column \\d+: .+");
                });
        assertThat(violations("{\"apiVersion\": \"bitfrontier/v1\",, }"))
                .singleElement()
                .satisfies(v -> assertThat(v.message()).matches("is not readable at line 1, column \\d+: .+"));
    }

    @Test
    void whatIsNotAMappingIsRefused() {
        assertThat(violations("- a\n- b\n")).contains(new Violation("document", "a list", "must be a mapping"));
        assertThat(violations("")).containsExactly(new Violation("document", null, "is empty"));
        assertThat(violations("# only a comment\n")).containsExactly(new Violation("document", null, "is empty"));
    }

    @Test
    void aKeyThatIsThereTwiceIsRefusedWithItsPlace() {
        assertThat(violations(sweep(SMALL + "\nprecision: 4"))).singleElement().satisfies(v -> assertThat(v.message())
                .startsWith("has the key 'precision' twice in one place at line 7"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: &a [x, x]\nb: [*a, *a]\n",
                "a: &a x\nb: *a\n",
                "a: &a {b: c}\n",
                "b: [*a]\n",
            })
    void anchorsAndAliasesAreRefused(String text) {
        assertThat(violations(text)).singleElement().satisfies(v -> assertThat(v.message())
                .matches("(has an anchor or alias at line \\d+.*|is not readable at line \\d+.*undefined alias.*)"));
    }

    @Test
    void deepNestingAndSecondDocumentsAreRefused() {
        assertThat(violations("a: " + "[".repeat(400) + "]".repeat(400)))
                .singleElement()
                .satisfies(v -> assertThat(v.message()).startsWith("is nested deeper than 16 at line 1"));
        assertThat(violations("a: b\n---\nc: d\n")).singleElement().satisfies(v -> assertThat(v.message())
                .startsWith("holds a second document at line 3"));
    }

    @Test
    void countlessViolationsAreCountedButNotAllListed() {
        String many = "[" + "x, ".repeat(5000) + "x]";

        List<Violation> found = violations(sweep("model: tiny-17k\ntokens: " + many + "\nprecision: 16"));

        assertThat(found).hasSize(1001);
        assertThat(found.get(1000)).isEqualTo(new Violation("document", null, "4001 more are not listed"));
    }

    @Test
    void everyViolationIsReportedAtOnceWithPlaceValueAndBound() {
        assertThat(violations("""
                        apiVersion: bitfrontier/v2
                        nmae: x
                        grid:
                          model: [tiny-17, tiny-17k, {layers: 2, dim: 24, heads: 5, ffn: 64, vocab: 128}, tiny-17k]
                          tokens: [500, 1M, lots, 1000000]
                          precision: [1, 5, 2]
                          scheme: [pqt, {fp-then-qat: {qatFraction: 1.5, parnt: stable}}, full-precision]
                          quantizer: [SEQ]
                          seed: [-1]
                        exclude: [{}, {precison: 4}, {precision: [5]}]
                        data: {corpus: shakespeare}
                        training: {batchTokens: 1000, learningRate: {tiny-44k: 3e-3, default: 0}, beta1: 1, qat: {learningRate: {"16": 1}}}
                        evaluate: [choice]
                        evaluation: {windows: 0}
                        resources: {class: gpu-larg}
                        limits: {priority: 101}
                        """))
                .containsExactlyInAnyOrder(
                        new Violation("apiVersion", "bitfrontier/v2", "must be bitfrontier/v1"),
                        new Violation("nmae", "x", "unknown field; did you mean 'name'?"),
                        new Violation("name", null, "is missing"),
                        new Violation(
                                "grid.model[0]",
                                "tiny-17",
                                "is neither a model of the catalog nor the parameter count of one; did you mean 'tiny-17k'?"),
                        new Violation("grid.model[2].dim", "24", "dim is 24, which heads = 5 does not divide"),
                        new Violation("grid.model[3]", "tiny-17k", "is there already at grid.model[1]"),
                        new Violation(
                                "grid.tokens[2]", "lots", "must be an amount such as 250k, 1M or 10B, from 1 to 1000T"),
                        new Violation("grid.tokens[3]", "1000000", "is there already at grid.tokens[1]"),
                        new Violation("grid.precision[1]", "5", "must be one of 1, 1.58, 2, 3, 4, 16"),
                        new Violation("grid.scheme[0]", "pqt", "is not a scheme; did you mean 'ptq'?"),
                        new Violation("grid.scheme[1].fp-then-qat.qatFraction", "1.5", "must be a number in (0, 1)"),
                        new Violation(
                                "grid.scheme[1].fp-then-qat.parnt", "stable", "unknown field; did you mean 'parent'?"),
                        new Violation(
                                "grid.scheme[2]", "full-precision", "is what precision 16 has by itself; leave it out"),
                        new Violation("grid.quantizer[0]", "SEQ", "is not a quantizer; did you mean 'seq'?"),
                        new Violation("grid.seed[0]", "-1", "must be a whole number from 0 to 9007199254740991"),
                        new Violation("exclude[0]", "a mapping", "names no axis, and so would exclude everything"),
                        new Violation("exclude[1].precison", "4", "unknown field; did you mean 'precision'?"),
                        new Violation("exclude[2].precision[0]", "5", "must be one of 1, 1.58, 2, 3, 4, 16"),
                        new Violation(
                                "data.corpus",
                                "shakespeare",
                                "is neither synthetic nor a registered data set of default"),
                        new Violation(
                                "training.batchTokens",
                                "1000",
                                "must be a multiple of 128 = sequenceLength 128 × microBatches 1"),
                        new Violation(
                                "training.learningRate.tiny-44k",
                                "3e-3",
                                "'tiny-44k' is none of the models of this grid (tiny-17k), default"),
                        new Violation("training.learningRate.default", "0", "must be a number in (0, 1]"),
                        new Violation("training.beta1", "1", "must be a number in [0, 1)"),
                        new Violation("training.qat.learningRate.16", "1", "'16' is none of 1, 1.58, 2, 3, 4, default"),
                        new Violation("evaluate[0]", "choice", "is not an evaluation; did you mean 'choices'?"),
                        new Violation("evaluation.windows", "0", "must be a whole number from 1 to 100000"),
                        new Violation(
                                "resources.class",
                                "gpu-larg",
                                "is not a resource class here; did you mean 'gpu-large'?"),
                        new Violation("limits.priority", "101", "must be a whole number from -100 to 100"));
    }
}
