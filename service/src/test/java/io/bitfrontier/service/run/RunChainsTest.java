package io.bitfrontier.service.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.run.RunChains.Node;
import io.bitfrontier.service.run.RunChains.Start;
import io.bitfrontier.service.run.RunChains.Step;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A trunk (trajectory 1) with states at 90 and 180, a decay of 10 off each (trajectories 2 and 3), and post-training quantization
 * of the first of them (trajectory 4).
 */
class RunChainsTest {
    private static final long TRUNK_90 = 11;
    private static final long TRUNK_180 = 12;
    private static final long DECAYED_100 = 21;
    private static final long DECAYED_190 = 31;
    private static final long QUANTIZED_100 = 41;

    private static final Map<Long, Start> STARTS = Map.of(
            1L, new Start(null, 0, 2.0),
            2L, new Start(TRUNK_90, 90, 2.0),
            3L, new Start(TRUNK_180, 180, 2.0),
            4L, new Start(DECAYED_100, 100, 2.0));

    private static Node node(long id, long tokens, boolean stored, @Nullable Long living) {
        return new Node(id, id / 10, tokens, stored, living, null, 0);
    }

    private static List<Node> nothingStored() {
        return List.of(
                node(TRUNK_90, 90, false, null),
                node(TRUNK_180, 180, false, null),
                node(DECAYED_100, 100, false, null),
                node(DECAYED_190, 190, false, null),
                node(QUANTIZED_100, 100, false, null));
    }

    private static Step stepTo(List<Step> steps, long target) {
        return steps.stream()
                .filter(step -> step.target() == target)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void everyStateIsReachedFromTheNearestEarlierOne() {
        List<Step> steps = new RunChains(nothingStored(), STARTS)
                .towards(Map.of(DECAYED_100, 1.0, DECAYED_190, 1.0, QUANTIZED_100, 1.0));

        assertThat(steps).hasSize(5);
        assertThat(stepTo(steps, TRUNK_90))
                .extracting(Step::start, Step::from, Step::to)
                .containsExactly(null, 0L, 90L);
        assertThat(stepTo(steps, TRUNK_180))
                .extracting(Step::start, Step::from, Step::flops)
                .containsExactly(TRUNK_90, 90L, 180.0);
        assertThat(stepTo(steps, DECAYED_190))
                .extracting(Step::start, Step::from, Step::to)
                .containsExactly(TRUNK_180, 180L, 190L);
        assertThat(stepTo(steps, QUANTIZED_100))
                .extracting(Step::start, Step::from, Step::to)
                .containsExactly(DECAYED_100, 100L, 100L);
    }

    @Test
    void theCriticalPathIsTheLongestChainThatWaits() {
        List<Step> steps = new RunChains(nothingStored(), STARTS)
                .towards(Map.of(DECAYED_100, 1.0, DECAYED_190, 5.0, QUANTIZED_100, 7.0));

        assertThat(stepTo(steps, QUANTIZED_100).criticalFlops()).isEqualTo(7.0);
        assertThat(stepTo(steps, DECAYED_100).criticalFlops()).isEqualTo(20.0 + 7.0);
        assertThat(stepTo(steps, DECAYED_190).criticalFlops()).isEqualTo(20.0 + 5.0);
        assertThat(stepTo(steps, TRUNK_180).criticalFlops()).isEqualTo(180.0 + 25.0);
        assertThat(stepTo(steps, TRUNK_90).criticalFlops()).isEqualTo(180.0 + 205.0);
    }

    @Test
    void nothingIsTrainedForAStateThatIsStored() {
        List<Node> nodes = List.of(node(DECAYED_100, 100, true, null), node(TRUNK_90, 90, false, null));

        RunChains chains = new RunChains(nodes, STARTS);

        assertThat(chains.towards(Map.of(DECAYED_100, 1.0))).isEmpty();
        assertThat(chains.needed()).isEmpty();
    }

    @Test
    void trainingGoesOnFromAnEarlierStoredStateOfTheTrajectory() {
        List<Node> nodes = List.of(
                node(TRUNK_90, 90, true, null), node(TRUNK_180, 180, false, null), node(DECAYED_190, 190, false, null));

        List<Step> steps = new RunChains(nodes, STARTS).towards(Map.of(DECAYED_190, 1.0));

        assertThat(steps).hasSize(2);
        assertThat(stepTo(steps, TRUNK_180))
                .extracting(Step::existing, Step::start, Step::from)
                .containsExactly(null, TRUNK_90, 90L);
    }

    @Test
    void whatIsOnItsWayForAnotherSweepIsSharedAndContinued() {
        List<Node> nodes = List.of(
                node(TRUNK_90, 90, false, 7L), node(TRUNK_180, 180, false, null), node(DECAYED_190, 190, false, null));

        RunChains chains = new RunChains(nodes, STARTS);
        List<Step> steps = chains.towards(Map.of(DECAYED_190, 1.0));

        // The run towards 90 is another sweep's: ours waits for it and does not come again.
        assertThat(steps).hasSize(2);
        assertThat(stepTo(steps, TRUNK_180).start()).isEqualTo(TRUNK_90);
        assertThat(chains.needed()).containsExactlyInAnyOrder(TRUNK_180, DECAYED_190);
    }

    @Test
    void aRunThatIsNeededAndLivingKeepsItsStart() {
        List<Node> nodes =
                List.of(new Node(TRUNK_180, 1, 180, false, 8L, null, 0), node(DECAYED_190, 190, false, null));

        List<Step> steps = new RunChains(nodes, STARTS).towards(Map.of(DECAYED_190, 0.0));

        assertThat(stepTo(steps, TRUNK_180))
                .extracting(Step::existing, Step::from, Step::criticalFlops)
                .containsExactly(8L, 0L, 360.0 + 20.0);
    }

    @Test
    void aStateBeyondWhatIsNeededIsOfNoUse() {
        List<Node> nodes = List.of(
                node(TRUNK_90, 90, false, null), node(TRUNK_180, 180, true, null), node(DECAYED_100, 100, false, null));

        List<Step> steps = new RunChains(nodes, STARTS).towards(Map.of(DECAYED_100, 1.0));

        assertThat(stepTo(steps, TRUNK_90)).extracting(Step::start, Step::from).containsExactly(null, 0L);
    }
}
