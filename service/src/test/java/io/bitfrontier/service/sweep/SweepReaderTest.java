package io.bitfrontier.service.sweep;

import static io.bitfrontier.service.sweep.SweepReading.SMALL;
import static io.bitfrontier.service.sweep.SweepReading.read;
import static io.bitfrontier.service.sweep.SweepReading.sweep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.bitfrontier.service.plan.QuantizerChoice;
import io.bitfrontier.service.plan.TrainingSettings;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SweepReaderTest {
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
    void aProductThatIsPartlyPossibleIsAccepted() {
        assertThat(read(sweep("model: tiny-17k\ntokens: 1M\nprecision: [2, 4]\nscheme: ptq\nquantizer: [seq, lsq]"))
                        .grid()
                        .size())
                .isEqualTo(4);
    }
}
