package io.bitfrontier.service.plan;

import static io.bitfrontier.service.plan.Grids.fpThenQat;
import static io.bitfrontier.service.plan.Grids.grid;
import static io.bitfrontier.service.plan.Grids.settings;
import static io.bitfrontier.service.plan.TrainingSettings.Schedule.COSINE;
import static io.bitfrontier.service.plan.TrainingSettings.Schedule.WSD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bitfrontier.vocabulary.Flops;
import io.bitfrontier.vocabulary.ModelShape;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import io.bitfrontier.vocabulary.Scheme;
import io.bitfrontier.vocabulary.StateSize;
import io.bitfrontier.vocabulary.work.ScheduleSpec;
import io.bitfrontier.vocabulary.work.StateKey;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PlannerTest {
    private static final int MILLION = 1_000_000;
    private static final List<Long> BUDGETS = LongStream.of(10, 20, 40, 80)
            .mapToObj(billions -> billions * 1_000_000_000)
            .toList();

    private static Plan plan(Grid grid, TrainingSettings settings) {
        return Planner.plan(GridExpander.expand(grid, settings.batchTokens()).points(), settings);
    }

    private static Plan workedExample(Scheme.Parent parent, TrainingSettings settings) {
        List<Precision> precisions = new ArrayList<>(Grids.LOW);
        precisions.add(Precision.FULL);
        return plan(
                grid(BUDGETS, precisions, List.of(Scheme.PTQ, Scheme.QAT_FROM_SCRATCH, fpThenQat("0.1", parent))),
                settings);
    }

    private static double billions(long tokens) {
        return tokens / 1e9;
    }

    @Test
    void theWorkedExampleSharesTrunksAndAnnealsParents() {
        Plan.Totals totals = workedExample(Scheme.Parent.ANNEALED, settings(MILLION, WSD, false))
                .totals();

        assertThat(totals.points()).isEqualTo(64);
        assertThat(billions(totals.tokensAlone())).isEqualTo(2400);
        assertThat(billions(totals.tokensParentReused())).isEqualTo(1110);
        assertThat(billions(totals.tokensPlanned())).isEqualTo(610.5);
    }

    @Test
    void stableParentsSaveTheirDecay() {
        Plan.Totals totals = workedExample(Scheme.Parent.STABLE, settings(MILLION, WSD, false))
                .totals();

        assertThat(billions(totals.tokensPlanned())).isEqualTo(597);
        assertThat(billions(totals.tokensParentReused())).isEqualTo(1110);
    }

    @Test
    void aCosineSharesOnlyParents() {
        assertThat(billions(workedExample(Scheme.Parent.ANNEALED, settings(MILLION, COSINE, false))
                        .totals()
                        .tokensPlanned()))
                .isEqualTo(1110);
    }

    @Test
    void independentPointsShareNothing() {
        for (TrainingSettings.Schedule schedule : TrainingSettings.Schedule.values()) {
            Plan.Totals totals = workedExample(Scheme.Parent.ANNEALED, settings(MILLION, schedule, true))
                    .totals();

            assertThat(billions(totals.tokensPlanned())).isEqualTo(2400);
            assertThat(billions(totals.tokensParentReused())).isEqualTo(1110);
        }
    }

    @Test
    void postTrainingQuantizationTakesNoTokensAndStartsFromTheModelOfTheSameBudget() {
        Plan plan = plan(
                grid(List.of(1_024_000L), List.of(Precision.TWO), List.of(Scheme.PTQ)), settings(1024, WSD, false));

        assertThat(plan.trajectories()).hasSize(3);
        PlannedTrajectory trunk = plan.trajectories().get(0);
        PlannedTrajectory decay = plan.trajectories().get(1);
        PlannedTrajectory quantized = plan.trajectories().get(2);
        assertThat(trunk.spec().schedule()).isEqualTo(ScheduleSpec.stable(30));
        assertThat(trunk.states()).containsExactly(921_600L);
        assertThat(decay.spec().schedule()).isEqualTo(ScheduleSpec.linear(100));
        assertThat(decay.spec().start()).isEqualTo(new TrajectorySpec.Start(trunk.fingerprint(), 921_600, true));
        assertThat(decay.states()).containsExactly(1_024_000L);
        assertThat(quantized.spec().start()).isEqualTo(new TrajectorySpec.Start(decay.fingerprint(), 1_024_000, false));
        assertThat(quantized.spec().schedule()).isEqualTo(ScheduleSpec.linear(0));
        assertThat(quantized.tokens()).isZero();
        assertThat(plan.points().get(0).state()).isEqualTo(new StateKey(quantized.fingerprint(), 1_024_000));
    }

    @Test
    void annealedParentsGiveQatAFreshOptimizerAndItsOwnRate() {
        Plan plan = plan(
                grid(List.of(1_024_000L), List.of(Precision.ONE), List.of(fpThenQat("0.1", Scheme.Parent.ANNEALED))),
                settings(1024, WSD, false));

        PlannedTrajectory trunk = plan.trajectories().get(0);
        PlannedTrajectory parent = plan.trajectories().get(1);
        PlannedTrajectory qat = plan.trajectories().get(2);
        assertThat(trunk.states()).containsExactly(810 * 1024L);
        assertThat(parent.spec().schedule()).isEqualTo(ScheduleSpec.linear(90));
        assertThat(qat.spec().start()).isEqualTo(new TrajectorySpec.Start(parent.fingerprint(), 900 * 1024L, false));
        assertThat(qat.spec().schedule()).isEqualTo(ScheduleSpec.linear(100));
        assertThat(qat.spec().optimizer().learningRate()).isEqualTo(2e-3);
        assertThat(parent.spec().optimizer().learningRate()).isEqualTo(3e-3);
        assertThat(qat.states()).containsExactly(1_024_000L);
    }

    @Test
    void stableParentsHandTheirOptimizerToTheQatPhase() {
        Plan plan = plan(
                grid(List.of(1_024_000L), List.of(Precision.TWO), List.of(fpThenQat("0.2", Scheme.Parent.STABLE))),
                settings(1024, WSD, false));

        assertThat(plan.trajectories()).hasSize(2);
        PlannedTrajectory trunk = plan.trajectories().get(0);
        assertThat(plan.trajectories().get(1).spec().start())
                .isEqualTo(new TrajectorySpec.Start(trunk.fingerprint(), 800 * 1024L, true));
        assertThat(plan.trajectories().get(1).spec().schedule()).isEqualTo(ScheduleSpec.linear(200));
    }

    @Test
    void fromScratchTheQuantizerIsOnAllAlongAndItsTrunkServesEveryBudget() {
        Plan plan = plan(
                grid(List.of(1_024_000L, 2_048_000L), List.of(Precision.TWO), List.of(Scheme.QAT_FROM_SCRATCH)),
                settings(1024, WSD, false));

        assertThat(plan.trajectories()).hasSize(3).allSatisfy(trajectory -> assertThat(
                        trajectory.spec().quantizer())
                .isNotNull());
        assertThat(plan.trajectories().get(0).states()).containsExactly(900 * 1024L, 1800 * 1024L);
        assertThat(plan.totals().tokensPlanned()).isEqualTo((1800 + 100 + 200) * 1024L);
    }

    @Test
    void aBudgetOfOneStepHasNoTrunk() {
        Plan plan =
                plan(grid(List.of(1024L), List.of(Precision.FULL), List.of(Scheme.PTQ)), settings(1024, WSD, false));

        assertThat(plan.trajectories()).hasSize(1);
        assertThat(plan.trajectories().get(0).spec().start()).isNull();
        assertThat(plan.totals().tokensPlanned()).isEqualTo(1024);
    }

    @Test
    void everyStartIsAStateThatThePlanKeepsAndComesFirst() {
        Set<StateKey> kept = new HashSet<>();
        for (PlannedTrajectory trajectory : workedExample(Scheme.Parent.ANNEALED, settings(MILLION, WSD, false))
                .trajectories()) {
            TrajectorySpec.Start start = trajectory.spec().start();
            if (start != null) {
                assertThat(kept).contains(new StateKey(start.trajectory(), start.tokens()));
            }
            trajectory.states().forEach(tokens -> kept.add(new StateKey(trajectory.fingerprint(), tokens)));
        }
        assertThat(kept)
                .hasSize(workedExample(Scheme.Parent.ANNEALED, settings(MILLION, WSD, false))
                        .totals()
                        .trainRuns());
    }

    @Test
    void flopsAndStorageCountEveryRunAndEveryKeptState() {
        Plan plan = plan(
                grid(List.of(1_024_000L), List.of(Precision.TWO), List.of(Scheme.PTQ)), settings(1024, WSD, false));
        ModelShape shape = Grids.models("tiny-17k").get(0).shape();

        assertThat(plan.totals().flopsPlanned())
                .isCloseTo(
                        1_024_000 * Flops.trainPerToken(shape, 128) + 320 * 128 * Flops.evaluatePerToken(shape, 128),
                        within(1.0));
        assertThat(plan.totals().storageBytes())
                .isEqualTo(2 * StateSize.bytes(shape, null) + StateSize.bytes(shape, Quantizer.SEQ));
        assertThat(plan.totals().runs()).isEqualTo(3 + 1);
    }
}
