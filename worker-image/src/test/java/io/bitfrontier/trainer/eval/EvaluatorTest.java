package io.bitfrontier.trainer.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.bitfrontier.trainer.data.Lexicon;
import io.bitfrontier.trainer.data.SyntheticLanguage;
import io.bitfrontier.trainer.data.SyntheticWalk;
import io.bitfrontier.trainer.model.LanguageModel;
import io.bitfrontier.trainer.train.TrainingMonitor;
import io.bitfrontier.trainer.train.WorkFailedException;
import io.bitfrontier.trainer.train.WorkInterruptedException;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.DatasetManifest;
import io.bitfrontier.vocabulary.work.EvaluationResult.Metric;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluatorTest {
    private static final int L = SyntheticLanguage.DOCUMENT_TOKENS;
    private static final EvaluationSpec SYNTHETIC =
            new EvaluationSpec(DataSpec.synthetic(1), L, 70, List.of("perplexity", "choices"));

    @TempDir
    Path directory;

    /** Gives every token the same logit. */
    private record UniformModel(int vocab) implements LanguageModel {
        @Override
        public Tensor logits(Tensor tokens) {
            return torch.zeros(tokens.size(0), tokens.size(1), vocab);
        }
    }

    /** Gives every token the logarithm of the probability that the generator gives it, and impossible ones −100. */
    private record GeneratorModel(SyntheticLanguage language) implements LanguageModel {
        @Override
        public int vocab() {
            return Lexicon.VOCAB;
        }

        @Override
        public Tensor logits(Tensor tokens) {
            int windows = (int) tokens.size(0);
            int length = (int) tokens.size(1);
            long[] ids = new long[windows * length];
            tokens.data_ptr_long().get(ids);
            float[] logits = new float[ids.length * Lexicon.VOCAB];
            double[] p = new double[Lexicon.VOCAB];
            for (int window = 0; window < windows; window++) {
                SyntheticWalk walk = new SyntheticWalk(language);
                for (int t = 0; t < length; t++) {
                    int at = window * length + t;
                    if (t > 0) {
                        walk.accept((int) ids[at]);
                    }
                    walk.distribution(p);
                    for (int token = 0; token < Lexicon.VOCAB; token++) {
                        logits[at * Lexicon.VOCAB + token] = p[token] > 0 ? (float) Math.log(p[token]) : -100;
                    }
                }
            }
            return Tensor.create(logits, windows, length, Lexicon.VOCAB);
        }
    }

    @Test
    void aModelThatKnowsTheLanguageIsMeasuredAtExactlyItsFloorAndAnswersEverything() {
        List<Metric> metrics = evaluate(new GeneratorModel(new SyntheticLanguage(1)), SYNTHETIC);

        Metric loss = metric(metrics, "loss");
        Metric floor = metric(metrics, "loss.floor");
        assertThat(loss.value()).isCloseTo(floor.value(), within(1e-6));
        assertThat(loss.standardError()).isCloseTo(floor.standardError(), within(1e-6));
        assertThat(loss.count()).isEqualTo(70);
        assertThat(metric(metrics, "perplexity").value()).isCloseTo(Math.exp(loss.value()), within(1e-9));
        assertThat(metric(metrics, "loss.entropy").value()).isBetween(1.8, 1.95);
        Metric accuracy = metric(metrics, "choices.accuracy");
        assertThat(accuracy.value()).isEqualTo(1);
        assertThat(accuracy.standardError()).isZero();
        assertThat(accuracy.count()).isEqualTo(questions().size());
        for (String kind : List.of("pair", "verb", "topic", "recall", "agree", "close")) {
            assertThat(metric(metrics, "choices.accuracy." + kind).value()).isEqualTo(1);
        }
    }

    @Test
    void aUniformModelLosesTheLogarithmOfTheVocabularyAndGuesses() {
        List<Metric> metrics = evaluate(new UniformModel(Lexicon.VOCAB), SYNTHETIC);

        assertThat(metric(metrics, "loss").value()).isCloseTo(Math.log(Lexicon.VOCAB), within(1e-6));
        assertThat(metric(metrics, "perplexity").value()).isCloseTo(Lexicon.VOCAB, within(1e-3));
        Metric accuracy = metric(metrics, "choices.accuracy");
        double error = accuracy.standardError() == null ? 0 : accuracy.standardError();
        assertThat(error).isCloseTo(Math.sqrt(0.25 * 0.75 / accuracy.count()), within(0.002));
        assertThat(accuracy.value()).isCloseTo(0.25, within(4 * error));
    }

    @Test
    void theOutcomesAreOneBitPerQuestionInTheirOrder() {
        Metric accuracy = metric(evaluate(new UniformModel(Lexicon.VOCAB), SYNTHETIC), "choices.accuracy");

        byte[] bytes = Base64.getDecoder().decode(accuracy.outcomes());
        BitSet bits = BitSet.valueOf(bytes);
        List<ChoiceQuestion> questions = questions();
        assertThat(bytes).hasSize((questions.size() + 7) / 8);
        for (int q = 0; q < questions.size(); q++) {
            assertThat(bits.get(q))
                    .as("a tie goes to the first option")
                    .isEqualTo(questions.get(q).answer() == 0);
        }
        assertThat((double) bits.cardinality() / questions.size()).isEqualTo(accuracy.value());
    }

    @Test
    void onlyWhatWasAskedForIsReported() {
        EvaluationSpec perplexity = new EvaluationSpec(DataSpec.synthetic(1), L, 2, List.of("perplexity"));
        assertThat(evaluate(new UniformModel(128), perplexity))
                .extracting(Metric::name)
                .containsExactly("loss", "perplexity", "loss.floor", "loss.entropy");
        EvaluationSpec choices = new EvaluationSpec(DataSpec.synthetic(1), L, 2, List.of("choices"));
        assertThat(evaluate(new UniformModel(128), choices))
                .extracting(Metric::name)
                .allMatch(name -> name.startsWith("choices.accuracy"));
    }

    @Test
    void textIsMeasuredOnItsHeldOutWindowsWithoutAFloor() throws IOException {
        EvaluationSpec spec = text(List.of("perplexity"));

        List<Metric> metrics = evaluate(new UniformModel(DataSpec.BYTE_VOCAB), spec);

        assertThat(metrics).extracting(Metric::name).containsExactly("loss", "perplexity");
        assertThat(metric(metrics, "loss").value()).isCloseTo(Math.log(259), within(1e-6));
        assertThat(metric(metrics, "loss").count()).isEqualTo(6);
    }

    @Test
    void choicesAboutTextAreRefusedByTaskAndCorpus() throws IOException {
        EvaluationSpec spec = text(List.of("choices", "perplexity", "riddles"));
        assertThatThrownBy(() -> evaluate(new UniformModel(259), spec))
                .isInstanceOfSatisfying(WorkFailedException.class, e -> {
                    assertThat(e.failureClass()).isEqualTo(FailureClass.USER);
                    assertThat(e)
                            .hasMessageContaining("task choices needs the synthetic corpus, not letters")
                            .hasMessageContaining("task riddles is unknown");
                });
    }

    @Test
    void aModelWithTooFewTokenIdsIsRefused() {
        assertThatThrownBy(() -> evaluate(new UniformModel(100), SYNTHETIC))
                .isInstanceOf(WorkFailedException.class)
                .hasMessage("the model's vocab is 100, but synthetic needs at least 128");
    }

    @Test
    void aModelWhoseLossIsNotFiniteHasDiverged() {
        LanguageModel broken = new LanguageModel() {
            @Override
            public int vocab() {
                return 128;
            }

            @Override
            public Tensor logits(Tensor tokens) {
                return torch.zeros(tokens.size(0), tokens.size(1), 128).log();
            }
        };
        assertThatThrownBy(() -> evaluate(broken, SYNTHETIC))
                .isInstanceOfSatisfying(WorkFailedException.class, e -> assertThat(e.failureClass())
                        .isEqualTo(FailureClass.DIVERGENCE));
    }

    @Test
    void whoeverWaitsMayEndAnEvaluationBeforeAnyForwardPass() {
        int[] passes = new int[1];
        assertThatThrownBy(() -> new Evaluator().evaluate(new UniformModel(128), SYNTHETIC, () -> {
                    if (++passes[0] == 3) {
                        throw new WorkInterruptedException(TrainingMonitor.Directive.STOP);
                    }
                }))
                .isInstanceOf(WorkInterruptedException.class);
        assertThat(passes[0]).isEqualTo(3);
    }

    private EvaluationSpec text(List<String> tasks) throws IOException {
        Files.write(directory.resolve("letters"), new byte[2079]);
        String sha256 = DatasetManifest.of(directory).sha256();
        DataSpec data = new DataSpec("letters", sha256, DataSpec.BYTE_TOKENIZER, 0, directory.toString());
        return new EvaluationSpec(data, 16, 100, tasks);
    }

    private static List<Metric> evaluate(LanguageModel model, EvaluationSpec spec) {
        return new Evaluator().evaluate(model, spec, () -> {});
    }

    private static List<ChoiceQuestion> questions() {
        return EvaluationSet.of(SYNTHETIC).questions();
    }

    private static Metric metric(List<Metric> metrics, String name) {
        return metrics.stream()
                .filter(metric -> metric.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
