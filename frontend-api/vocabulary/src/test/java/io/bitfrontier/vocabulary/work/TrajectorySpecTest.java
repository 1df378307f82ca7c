package io.bitfrontier.vocabulary.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bitfrontier.vocabulary.ModelShape;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrajectorySpecTest {
    private static final OptimizerSpec ADAMW = new OptimizerSpec(3e-3, 0.1, 0.9, 0.95, 1e-8, 0.1, 1.0);

    private static TrajectorySpec trunk(DataSpec data) {
        return new TrajectorySpec(
                1,
                ModelShape.of(2, 24, 2, 2, 64, 128),
                data,
                1,
                128,
                1024,
                1,
                ADAMW,
                ScheduleSpec.stable(30),
                null,
                null);
    }

    /** A changed fingerprint orphans every stored state: change it only together with {@link TrajectorySpec#NUMERICS}. */
    @Test
    void fingerprintsStayWhatTheyWere() {
        TrajectorySpec trunk = trunk(DataSpec.synthetic(1));
        TrajectorySpec branch = new TrajectorySpec(
                trunk.numerics(),
                trunk.model(),
                trunk.data(),
                trunk.seed(),
                trunk.sequenceLength(),
                trunk.batchTokens(),
                trunk.microBatches(),
                trunk.optimizer(),
                ScheduleSpec.linear(49),
                QuantizerSpec.of(Quantizer.SEQ, Precision.TWO),
                new TrajectorySpec.Start(trunk.fingerprint(), 450_560, true));

        assertThat(List.of(trunk.fingerprint(), branch.fingerprint()))
                .containsExactly(
                        "e4de9dce53bb9b7952c7a60f5a6a7b6974aa0d22a8b7a1830665bda88bd12807",
                        "395fa41649a6b37091aadfc6a87cb8434906903914898f55ca3c6d6ea5e577b8");
    }

    @Test
    void aDataSetMayMoveButItsContentMayNotChange() {
        DataSpec here = new DataSpec("books", "a".repeat(64), DataSpec.BYTE_TOKENIZER, 0, "/data/books");
        DataSpec there = new DataSpec("books", "a".repeat(64), DataSpec.BYTE_TOKENIZER, 0, "/elsewhere");
        DataSpec other = new DataSpec("books", "b".repeat(64), DataSpec.BYTE_TOKENIZER, 0, "/data/books");

        assertThat(trunk(here).fingerprint())
                .isEqualTo(trunk(there).fingerprint())
                .isNotEqualTo(trunk(other).fingerprint());
    }

    @Test
    void canonicalTextNamesEveryComponentAndWritesNumbersTheSameOnEveryJava() {
        assertThat(Fingerprint.canonical(ADAMW))
                .isEqualTo("OptimizerSpec[learningRate=0x1.89374bc6a7efap-9,scaleLearningRate=0x1.999999999999ap-4,"
                        + "beta1=0x1.ccccccccccccdp-1,beta2=0x1.e666666666666p-1,epsilon=0x1.5798ee2308c3ap-27,"
                        + "weightDecay=0x1.999999999999ap-4,gradientClip=0x1.0p0]");
        assertThat(Fingerprint.canonical(ScheduleSpec.stable(30)))
                .isEqualTo("ScheduleSpec[kind=STABLE,warmupSteps=30,steps=0]");
        assertThat(Fingerprint.canonical(null)).isEqualTo("null");
    }

    @Test
    void theOrderOfTasksDoesNotMakeAnotherEvaluation() {
        DataSpec data = DataSpec.synthetic(1);

        assertThat(new EvaluationSpec(data, 128, 320, List.of("choices", "perplexity")).version())
                .isEqualTo(new EvaluationSpec(data, 128, 320, List.of("perplexity", "choices")).version())
                .startsWith("synthetic/1/")
                .isNotEqualTo(new EvaluationSpec(data, 128, 321, List.of("choices", "perplexity")).version());
    }

    @Test
    void schedulesWarmUpThenHoldDecayOrFollowACosine() {
        assertThat(ScheduleSpec.stable(4).factor(0)).isEqualTo(0.25);
        assertThat(ScheduleSpec.stable(4).factor(1_000_000)).isEqualTo(1.0);
        assertThat(ScheduleSpec.linear(4).factor(0)).isEqualTo(1.0);
        assertThat(ScheduleSpec.linear(4).factor(3)).isEqualTo(0.25);
        assertThat(ScheduleSpec.linear(4).factor(4)).isEqualTo(0.0);
        assertThat(ScheduleSpec.cosine(2, 10).factor(2)).isEqualTo(1.0);
        assertThat(ScheduleSpec.cosine(2, 10).factor(6)).isCloseTo(0.5, within(1e-15));
    }
}
