package io.bitfrontier.vocabulary.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.ModelShape;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import io.bitfrontier.vocabulary.Scheme;
import io.bitfrontier.vocabulary.work.PointTraining.Link;
import io.bitfrontier.vocabulary.work.ScheduleSpec.Kind;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

class PointTrainingTest {
    private static final ModelShape SHAPE =
            ModelCatalog.byName("tiny-17k").orElseThrow().shape();
    private static final QuantizerSpec TWO_BITS = QuantizerSpec.of(Quantizer.SEQ, Precision.TWO);
    private static final OptimizerSpec OPTIMIZER = TrainingDefaults.optimizer(SHAPE);
    private static final OptimizerSpec QAT = OPTIMIZER.withLearningRate(1e-3);
    private static final long STEPS = 100;

    @Test
    void fullPrecisionIsATrunkOfNineTenthsAndALinearDecay() {
        List<Link> links = training(false).lineage(Scheme.FULL_PRECISION, null, STEPS);

        assertThat(links).extracting(Link::tokens).containsExactly(90 * 1024L, 100 * 1024L);
        assertThat(links).extracting(l -> l.trajectory().schedule().kind()).containsExactly(Kind.STABLE, Kind.LINEAR);
        assertChained(links);
        assertThat(links.get(1).trajectory().start()).isNotNull().satisfies(s -> assertThat(s.carryOptimizer())
                .isTrue());
    }

    @Test
    void budgetsShareTheirTrunk() {
        Link small = training(false).lineage(Scheme.FULL_PRECISION, null, STEPS).get(0);
        Link large =
                training(false).lineage(Scheme.FULL_PRECISION, null, 4 * STEPS).get(0);
        assertThat(small.trajectory().fingerprint())
                .isEqualTo(large.trajectory().fingerprint());
    }

    @Test
    void postTrainingQuantizationEndsWhereItStarts() {
        List<Link> links = training(false).lineage(Scheme.PTQ, TWO_BITS, STEPS);

        assertThat(links).extracting(Link::tokens).containsExactly(90 * 1024L, 100 * 1024L, 100 * 1024L);
        assertThat(links).extracting(l -> l.trajectory().quantizer()).containsExactly(null, null, TWO_BITS);
        assertChained(links);
    }

    @Test
    void fromScratchHasTheQuantizerAllAlong() {
        List<Link> links = training(false).lineage(Scheme.QAT_FROM_SCRATCH, TWO_BITS, STEPS);
        assertThat(links).extracting(l -> l.trajectory().quantizer()).containsExactly(TWO_BITS, TWO_BITS);
    }

    @Test
    void qatAfterAnAnnealedParentHasItsOwnRateAndAFreshOptimizer() {
        Scheme scheme = Scheme.fpThenQat(new BigDecimal("0.2"), Scheme.Parent.ANNEALED);
        List<Link> links = training(false).lineage(scheme, TWO_BITS, STEPS);

        assertThat(links).extracting(Link::tokens).containsExactly(72 * 1024L, 80 * 1024L, 100 * 1024L);
        TrajectorySpec last = links.get(2).trajectory();
        assertThat(last.optimizer()).isEqualTo(QAT);
        assertThat(last.schedule()).isEqualTo(ScheduleSpec.linear(20));
        assertThat(last.start()).isNotNull().satisfies(s -> assertThat(s.carryOptimizer())
                .isFalse());
        assertChained(links);
    }

    @Test
    void qatOffTheStableTrunkCarriesTheOptimizerAndTheDecay() {
        Scheme scheme = Scheme.fpThenQat(new BigDecimal("0.1"), Scheme.Parent.STABLE);
        List<Link> links = training(false).lineage(scheme, TWO_BITS, STEPS);

        assertThat(links).extracting(Link::tokens).containsExactly(90 * 1024L, 100 * 1024L);
        assertThat(links.get(1).trajectory().start()).isNotNull().satisfies(s -> assertThat(s.carryOptimizer())
                .isTrue());
    }

    @Test
    void aCosineIsOneTrajectoryOfItsBudget() {
        List<Link> links = training(true).lineage(Scheme.FULL_PRECISION, null, STEPS);
        assertThat(links).singleElement().satisfies(link -> {
            assertThat(link.tokens()).isEqualTo(100 * 1024L);
            assertThat(link.trajectory().schedule()).isEqualTo(ScheduleSpec.cosine(30, 100));
        });
    }

    @Test
    void theDefaultRateFollowsTheTunedSizes() {
        assertThat(rate("tiny-17k")).isEqualTo(5e-3);
        assertThat(rate("125M")).isEqualTo(7.1e-4);
        assertThat(rate("Llama-3-8B")).isEqualTo(2.8e-4);
    }

    private static double rate(String model) {
        return TrainingDefaults.learningRate(
                ModelCatalog.byName(model).orElseThrow().shape());
    }

    private static void assertChained(List<Link> links) {
        for (int i = 1; i < links.size(); i++) {
            Link before = links.get(i - 1);
            assertThat(links.get(i).trajectory().start()).isNotNull().satisfies(start -> {
                assertThat(start.trajectory()).isEqualTo(before.trajectory().fingerprint());
                assertThat(start.tokens()).isEqualTo(before.tokens());
            });
        }
    }

    private static PointTraining training(boolean cosine) {
        return new PointTraining(SHAPE, DataSpec.synthetic(1), 1, 128, 1024, 1, cosine, 30, OPTIMIZER, QAT);
    }
}
