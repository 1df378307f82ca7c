package io.bitfrontier.service.analysis;

import static io.bitfrontier.service.analysis.ObservationBuilder.anObservation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrontierEstimateTest {
    private static final FrontierRequest BY_ACCURACY = request(QualityAxis.ACCURACY);

    @Test
    void membersAreTheUndominatedCandidatesBySize() {
        Frontier frontier = FrontierEstimate.of(
                List.of(
                        anObservation()
                                .of("big")
                                .ofSize(30)
                                .withAccuracy(0.9, 0.0)
                                .build(),
                        anObservation()
                                .of("small")
                                .ofSize(10)
                                .withAccuracy(0.6, 0.0)
                                .build(),
                        anObservation()
                                .of("dull")
                                .ofSize(20)
                                .withAccuracy(0.5, 0.0)
                                .build()),
                BY_ACCURACY);

        assertThat(frontier.members())
                .extracting(Frontier.Point::label)
                .containsExactly("small 2-bit fp-then-qat", "big 2-bit fp-then-qat");
        assertThat(frontier.points()).extracting(Frontier.Point::probability).containsExactly(1.0, 0.0, 1.0);
        assertThat(frontier.points()).extracting(Frontier.Point::x).containsExactly(10.0, 20.0, 30.0);
    }

    @Test
    void aCandidateIsTheMeanOverItsSeeds() {
        Observation first = anObservation().withSeed(1).withAccuracy(0.6, 0.01).build();
        Frontier frontier = FrontierEstimate.of(
                List.of(
                        anObservation().withSeed(3).withAccuracy(0.9, 0.01).build(),
                        first,
                        anObservation().withSeed(2).withAccuracy(0.6, 0.01).build()),
                BY_ACCURACY);

        Frontier.Point only = frontier.points().get(0);
        assertThat(frontier.points()).hasSize(1);
        assertThat(only.y()).isCloseTo(0.7, within(1e-12));
        assertThat(only.seeds()).isEqualTo(3);
        assertThat(only.observation()).isEqualTo(first);
        assertThat(only.standardError()).isCloseTo(0.1, within(1e-12));
    }

    @Test
    void noiseThatCandidatesShareCancels() {
        // The larger model answers what the smaller one does and three items more: it is off the front only when none
        // of the
        // three is drawn, e^-3 of the time, though the standard error of each is five times their difference.
        Frontier frontier = FrontierEstimate.of(
                List.of(
                        anObservation()
                                .ofSize(10)
                                .answering(4000, i -> i % 2 == 0)
                                .build(),
                        anObservation()
                                .ofSize(20)
                                .answering(4000, i -> i % 2 == 0 || i == 1 || i == 3 || i == 5)
                                .build()),
                BY_ACCURACY);

        assertThat(frontier.points().get(0).probability()).isEqualTo(1.0);
        assertThat(frontier.points().get(1).probability()).isCloseTo(1 - Math.exp(-3), within(0.02));
    }

    @Test
    void withoutOutcomesNoiseIsDrawnIndependently() {
        Frontier frontier = FrontierEstimate.of(
                List.of(
                        anObservation().ofSize(10).withAccuracy(0.5, 0.008).build(),
                        anObservation().ofSize(20).withAccuracy(0.508, 0.008).build()),
                BY_ACCURACY);

        // P(N(0.008, 0.008·√2) > 0) = Φ(0.7071)
        assertThat(frontier.points().get(1).probability()).isCloseTo(0.7602, within(0.03));
    }

    @Test
    void seedsAreDrawnWithReplacement() {
        // Three seeds at 0, 0 and 1 without item noise against a smaller model at 0.5: the mean of three draws beats a
        // half
        // when at least two of them are the last seed: 3·(1/3)²·(2/3) + (1/3)³ = 7/27.
        Frontier frontier = FrontierEstimate.of(
                List.of(
                        anObservation()
                                .of("a")
                                .ofSize(10)
                                .withAccuracy(0.5, 0.0)
                                .build(),
                        anObservation()
                                .of("b")
                                .ofSize(20)
                                .withSeed(1)
                                .withAccuracy(0, 0.0)
                                .build(),
                        anObservation()
                                .of("b")
                                .ofSize(20)
                                .withSeed(2)
                                .withAccuracy(0, 0.0)
                                .build(),
                        anObservation()
                                .of("b")
                                .ofSize(20)
                                .withSeed(3)
                                .withAccuracy(1, 0.0)
                                .build()),
                BY_ACCURACY);

        assertThat(frontier.points().get(1).onFrontier()).isFalse();
        assertThat(frontier.points().get(1).probability()).isCloseTo(7.0 / 27, within(0.03));
    }

    @Test
    void candidatesWithTheSameSeedsShareTheDraw() {
        // The larger model is a little better at every seed, and seeds differ much: shared draws keep it on the front
        // always.
        List<Observation> observations = new ArrayList<>();
        double[] bySeed = {0.3, 0.6, 0.9};
        for (int seed = 0; seed < 3; seed++) {
            observations.add(anObservation()
                    .ofSize(10)
                    .withSeed(seed)
                    .withAccuracy(bySeed[seed], 0.0)
                    .build());
            observations.add(anObservation()
                    .ofSize(20)
                    .withSeed(seed)
                    .withAccuracy(bySeed[seed] + 0.01, 0.0)
                    .build());
        }

        assertThat(FrontierEstimate.of(observations, BY_ACCURACY).points())
                .extracting(Frontier.Point::probability)
                .containsExactly(1.0, 1.0);
    }

    @Test
    void otherBudgetsVersionsAndUnmeasuredQualitiesTakeNoPartAndTheResultSaysWhy() {
        Frontier frontier = FrontierEstimate.of(
                List.of(
                        anObservation().withoutAccuracy().build(),
                        anObservation().withAccuracy(Double.NaN, null).build(),
                        anObservation().withTokens(500_000).build(),
                        anObservation().withTokens(500_000).build(),
                        anObservation().evaluatedAs("synthetic/2/abc").build()),
                BY_ACCURACY);

        assertThat(frontier.points()).isEmpty();
        assertThat(frontier.exclusions())
                .containsExactlyInAnyOrder(
                        new Frontier.Exclusion("without an accuracy", 1),
                        new Frontier.Exclusion("with a value that is not finite", 1),
                        new Frontier.Exclusion("lineage of 500000 tokens, the frontier is of 2000000", 2),
                        new Frontier.Exclusion("evaluated as synthetic/2/abc, the frontier is of synthetic/1/abc", 1));
    }

    @Test
    void aLossFrontierMinimisesAndKnowsItsFloor() {
        Frontier frontier = FrontierEstimate.of(
                List.of(
                        anObservation().ofSize(10).withLoss(2.3, 0.0, 1.87).build(),
                        anObservation().ofSize(20).withLoss(2.1, 0.0, 1.87).build(),
                        anObservation().ofSize(30).withLoss(2.2, 0.0, 1.87).build()),
                request(QualityAxis.LOSS));

        assertThat(frontier.members()).extracting(Frontier.Point::y).containsExactly(2.3, 2.1);
        assertThat(frontier.floor()).isEqualTo(1.87);
    }

    @Test
    void anAccuracyFrontierHasNoFloor() {
        assertThat(FrontierEstimate.of(
                                List.of(anObservation().withLoss(2.3, 0.0, 1.87).build()), BY_ACCURACY)
                        .floor())
                .isNull();
    }

    @Test
    void neitherTheOrderOfObservationsNorARepetitionChangesAnyNumber() {
        Random random = new Random(7);
        List<Observation> observations = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            double quality = 0.5 + i * 0.01;
            Random answers = new Random(random.nextLong());
            observations.add(anObservation()
                    .of("m" + i)
                    .ofSize(10 + i)
                    .answering(500, item -> answers.nextDouble() < quality)
                    .build());
        }
        Frontier first = FrontierEstimate.of(observations, BY_ACCURACY);
        Collections.shuffle(observations, random);

        assertThat(FrontierEstimate.of(observations, BY_ACCURACY)).isEqualTo(first);
        assertThat(first.points()).extracting(Frontier.Point::probability).anyMatch(p -> p > 0.02 && p < 0.98);
    }

    @Test
    void twoGridPointsOfOneStateAreOneCandidate() {
        Observation observation = anObservation().build();

        Frontier frontier = FrontierEstimate.of(List.of(observation, observation), BY_ACCURACY);

        assertThat(frontier.points())
                .singleElement()
                .extracting(Frontier.Point::seeds)
                .isEqualTo(1);
        assertThat(frontier.exclusions()).isEmpty();
    }

    @Test
    void packedSizesAreAnAxisOfTheirOwn() {
        Observation observation = anObservation().ofSize(10).build();

        Frontier frontier = FrontierEstimate.of(
                List.of(observation),
                new FrontierRequest(SizeAxis.PACKED, QualityAxis.ACCURACY, 2_000_000, "synthetic/1/abc", 10, 1));

        assertThat(frontier.points()).extracting(Frontier.Point::x).containsExactly(20.0);
        assertThat(SizeAxis.PACKED.definition()).isNotEqualTo(SizeAxis.EFFECTIVE.definition());
    }

    @Test
    void labelsSayOnlyWhatTellsCandidatesApart() {
        Frontier frontier = FrontierEstimate.of(
                List.of(
                        anObservation().of("a").ofSize(1).build(),
                        anObservation()
                                .of("b")
                                .ofSize(2)
                                .trainedBy("fp-then-qat(0.1, annealed)", "seq")
                                .build(),
                        anObservation()
                                .of("b")
                                .ofSize(2)
                                .trainedBy("fp-then-qat(0.2, annealed)", "seq")
                                .build(),
                        anObservation()
                                .of("c")
                                .ofSize(3)
                                .trainedBy("ptq", "rtn")
                                .build(),
                        anObservation()
                                .of("c")
                                .ofSize(3)
                                .trainedBy("ptq", "lsq")
                                .build(),
                        anObservation().of("d").ofSize(4).atFullPrecision().build()),
                BY_ACCURACY);

        assertThat(frontier.points())
                .extracting(Frontier.Point::label)
                .containsExactly(
                        "a 2-bit fp-then-qat",
                        "b 2-bit fp-then-qat(0.1, annealed)",
                        "b 2-bit fp-then-qat(0.2, annealed)",
                        "c 2-bit ptq lsq",
                        "c 2-bit ptq rtn",
                        "d 16-bit");
    }

    @Test
    void noResampleIsRefused() {
        assertThatThrownBy(() -> new FrontierRequest(SizeAxis.EFFECTIVE, QualityAxis.LOSS, 1, "v", 0, 1))
                .hasMessageContaining("resamples is 0, at least 1");
    }

    private static FrontierRequest request(QualityAxis y) {
        return new FrontierRequest(SizeAxis.EFFECTIVE, y, 2_000_000, "synthetic/1/abc", 2000, 1);
    }
}
