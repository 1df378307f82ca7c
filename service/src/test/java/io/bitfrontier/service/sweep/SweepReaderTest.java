package io.bitfrontier.service.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.entry;

import io.bitfrontier.service.plan.QuantizerChoice;
import io.bitfrontier.service.plan.TrainingSettings;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import io.bitfrontier.service.run.ResourceClassNames;
import io.bitfrontier.service.testing.SomeResourceClasses;
import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.ModelShape;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Scheme;
import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.TrainingDefaults;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SweepReaderTest {
    private static final Corpora CORPORA = new Corpora() {
        @Override
        public boolean hasProject(String name) {
            return name.equals("default");
        }

        @Override
        public Optional<DataSpec> find(String project, String name) {
            return name.equals("books")
                    ? Optional.of(new DataSpec("books", "a".repeat(64), DataSpec.BYTE_TOKENIZER, 0, "/data/books"))
                    : Optional.empty();
        }

        @Override
        public ResourceClassNames resourceClasses() {
            return new SomeResourceClasses();
        }
    };

    private static final String EXAMPLE = """
            apiVersion: bitfrontier/v1
            name: bits-at-small-scale
            grid:
              model: [tiny-17k, tiny-168k, 125M]
              tokens: [500k, 2M]
              precision: [1, 1.58, 2, 3, 4, 16]
              scheme: [ptq, qat-from-scratch, {fp-then-qat: {qatFraction: 0.1, parent: annealed}}]
              quantizer: [paretoq]
              seed: [1]
            exclude:
              - {scheme: qat-from-scratch, precision: [3, 4]}
            data: {corpus: synthetic}
            training: {sequenceLength: 128, batchTokens: 1024, schedule: wsd, learningRate: {tiny-17k: 5e-3, default: 3e-3}, qat: {learningRate: {"1": 3e-3, default: 2e-3}}}
            evaluate: [perplexity, choices]
            """;

    private static SweepDocument read(String text) {
        return SweepReader.read(text, CORPORA);
    }

    private static List<Violation> violations(String text) {
        ProblemException problem = catchThrowableOfType(ProblemException.class, () -> read(text));
        assertThat(problem).as("refused").isNotNull();
        return problem.violations();
    }

    /** The smallest document, with lines of the grid and further sections. */
    private static String sweep(String grid, String... sections) {
        return "apiVersion: bitfrontier/v1\nname: s\ngrid:\n" + grid.indent(2) + String.join("\n", sections) + "\n";
    }

    private static final String SMALL = "model: tiny-17k\ntokens: 500k\nprecision: 16";

    @Test
    void asManyExclusionsAsASweepMayHaveAreReadAndNoMore() {
        String most = "exclude:\n" + "- {seed: 2}\n".repeat(1_000);

        assertThat(read(sweep(SMALL, most)).grid().exclusions()).hasSize(1_000);
        assertThat(violations(sweep(SMALL, most + "- {sed: 2}\n")))
                .containsExactly(new Violation("exclude", "1001", "has 1001 entries, at most 1000 are allowed"));
    }

    @Test
    void theExampleReadsAsItIsWritten() {
        SweepDocument sweep = read(EXAMPLE);

        assertThat(sweep.name()).isEqualTo("bits-at-small-scale");
        assertThat(sweep.project()).isEqualTo("default");
        assertThat(sweep.grid().models())
                .extracting(ModelCatalog.Entry::name)
                .containsExactly("tiny-17k", "tiny-168k", "125M");
        assertThat(sweep.grid().tokens()).containsExactly(500_000L, 2_000_000L);
        assertThat(sweep.grid().precisions()).containsExactly(Precision.values());
        assertThat(sweep.grid().schemes())
                .containsExactly(
                        Scheme.PTQ,
                        Scheme.QAT_FROM_SCRATCH,
                        Scheme.fpThenQat(new BigDecimal("0.1"), Scheme.Parent.ANNEALED));
        assertThat(sweep.grid().quantizers()).containsExactly(QuantizerChoice.PARETOQ);
        assertThat(sweep.grid().exclusions()).hasSize(1);
        assertThat(sweep.training().learningRates())
                .containsOnly(entry("tiny-17k", 5e-3), entry("tiny-168k", 3e-3), entry("125M", 3e-3));
        assertThat(sweep.training().qatLearningRates())
                .containsEntry(Precision.ONE, 3e-3)
                .containsEntry(Precision.FOUR, 2e-3)
                .doesNotContainKey(Precision.FULL);
        assertThat(sweep.training().data()).isEqualTo(DataSpec.synthetic(1));
        assertThat(sweep.training().evaluation().tasks()).containsExactly("choices", "perplexity");
        assertThat(sweep.content()).containsEntry("name", "bits-at-small-scale");
    }

    @Test
    void theSweepsOfTheDocumentationAreValid() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("..", "docs"))) {
            List<Path> sweeps =
                    files.filter(file -> file.toString().endsWith(".yaml")).toList();
            assertThat(sweeps).isNotEmpty();
            for (Path file : sweeps) {
                assertThat(PlannedSweep.of(read(Files.readString(file))).plan().points())
                        .as(file.toString())
                        .isNotEmpty();
            }
        }
    }

    @Test
    void whatIsLeftOutHasItsDefault() {
        SweepDocument sweep = read(sweep("model: tiny-17k\ntokens: 500k\nprecision: 4\nscheme: fp-then-qat"));

        TrainingSettings training = sweep.training();
        assertThat(sweep.grid().quantizers()).containsExactly(QuantizerChoice.PARETOQ);
        assertThat(sweep.grid().seeds()).containsExactly(1L);
        assertThat(sweep.grid().schemes())
                .containsExactly(Scheme.fpThenQat(new BigDecimal("0.1"), Scheme.Parent.ANNEALED));
        assertThat(training.sequenceLength()).isEqualTo(128);
        assertThat(training.batchTokens()).isEqualTo(1024);
        assertThat(training.microBatches()).isEqualTo(1);
        assertThat(training.warmupSteps()).isEqualTo(30);
        assertThat(training.schedule()).isEqualTo(TrainingSettings.Schedule.WSD);
        assertThat(training.independent()).isFalse();
        assertThat(training.qatLearningRates()).isEmpty();
        assertThat(training.qatWeightDecay()).isEqualTo(0.1);
        assertThat(training.learningRates()).containsOnly(entry("tiny-17k", 5e-3));
        assertThat(training.evaluation().windows()).isEqualTo(320);
        assertThat(training.evaluation().tasks()).containsExactly("choices", "perplexity");
        assertThat(sweep.limits()).isEqualTo(SweepLimits.NONE);
        assertThat(sweep.resourceClass()).isEqualTo("local");
    }

    @ParameterizedTest
    @CsvSource({"tiny-17k, 0.005", "tiny-44k, 0.0041", "tiny-168k, 0.003", "125M, 0.00071", "Llama-3-8B, 0.00028"})
    void theDefaultLearningRateFallsWithTheModel(String model, double rate) {
        assertThat(TrainingDefaults.learningRate(
                        ModelCatalog.byName(model).orElseThrow().shape()))
                .isEqualTo(rate);
    }

    @Test
    void jsonAndYamlOfEqualContentAreTheSameDocument() {
        String yaml = sweep(SMALL + "\nseed: [1, 2]", "data: {corpus: synthetic, languageSeed: 2}");
        String json = """
                {"data": {"languageSeed": 2, "corpus": "synthetic"}, "name": "s", "apiVersion": "bitfrontier/v1",
                \t"grid": {"model": "tiny-17k", "precision": 16, "seed": ["1", 2], "tokens": "500k"}}""";

        assertThat(read(json).sha256())
                .isEqualTo(read(yaml).sha256())
                .isNotEqualTo(read(yaml + "evaluate: perplexity\n").sha256());
        assertThat(read(json).grid()).isEqualTo(read(yaml).grid());
    }

    @Test
    void modelsAreNamesCountsOrShapes() {
        SweepDocument sweep = read(sweep("""
                model: [MobileLLM-125M, 345355200, 600000000, {layers: 2, dim: 32, heads: 4, ffn: 64, vocab: 256}]
                tokens: 1M
                precision: 16
                """));

        assertThat(sweep.grid().models())
                .extracting(ModelCatalog.Entry::name)
                .containsExactly("125M", "350M", "600M", "l2-d32-h4-kv4-f64-v256");
        assertThat(sweep.grid().models().get(3).shape()).isEqualTo(ModelShape.of(2, 32, 4, 4, 64, 256));
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
    void aProductThatIsPartlyPossibleIsAccepted() {
        assertThat(read(sweep("model: tiny-17k\ntokens: 1M\nprecision: [2, 4]\nscheme: ptq\nquantizer: [seq, lsq]"))
                        .grid()
                        .size())
                .isEqualTo(4);
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
}
