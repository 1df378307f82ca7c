package io.bitfrontier.service.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParetoFrontTest {
    private static final int SAMPLES = 1_000_000;

    @Test
    void equalPointsAreAllKeptAndOnesThatAreWorseInOneObjectiveAreNot() {
        double[] x = {1, 1, 2, 2, 3, 3};
        double[] y = {5, 5, 5, 4, 4, 1};

        assertThat(ParetoFront.nonDominated(x, y)).containsExactly(0, 1, 3, 5);
    }

    @Test
    void theWeakSetAlsoKeepsPointsThatNoOtherBeatsInBothObjectives() {
        double[] x = {1, 1, 2, 2, 3, 3};
        double[] y = {5, 7, 5, 4, 4, 9};

        assertThat(ParetoFront.nonDominated(x, y)).containsExactly(0, 3);
        assertThat(ParetoFront.weaklyNonDominated(x, y)).containsExactly(0, 1, 3, 2, 4);
    }

    @Test
    void nothingHasAnEmptyFrontOfNoVolume() {
        assertThat(ParetoFront.nonDominated(new double[0], new double[0])).isEmpty();
        assertThat(ParetoFront.weaklyNonDominated(new double[0], new double[0])).isEmpty();
        assertThat(ParetoFront.hypervolume(new double[0], new double[0], 1, 1)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5, 40, 1_000_000})
    void frontsOfRandomSetsAreThoseOfComparingEveryPair(int distinctValues) {
        Random random = new Random(distinctValues);
        for (int set = 0; set < 200; set++) {
            int n = 1 + random.nextInt(60);
            double[] x = random.ints(n, 0, distinctValues).asDoubleStream().toArray();
            double[] y = random.ints(n, 0, distinctValues).asDoubleStream().toArray();

            assertThat(ParetoFront.nonDominated(x, y)).containsExactlyInAnyOrder(bruteForce(x, y, false));
            assertThat(ParetoFront.weaklyNonDominated(x, y)).containsExactlyInAnyOrder(bruteForce(x, y, true));
        }
    }

    @Test
    void membersComeBySizeAndTiesByIndex() {
        double[] x = {3, 1, 2, 1, 2};
        double[] y = {0, 9, 5, 9, 5};

        assertThat(ParetoFront.nonDominated(x, y)).containsExactly(1, 3, 2, 4, 0);
    }

    @Test
    void negativeAndPositiveZeroAreTheSamePlace() {
        assertThat(ParetoFront.nonDominated(new double[] {0.0, -0.0}, new double[] {-0.0, 0.0}))
                .containsExactly(0, 1);
    }

    @Test
    void valuesThatAreNotFiniteAreRefusedByIndex() {
        assertThatThrownBy(() -> ParetoFront.nonDominated(new double[] {1, 2}, new double[] {1, Double.NaN}))
                .hasMessageContaining("point 1 is (2.0, NaN)");
        assertThatThrownBy(() -> ParetoFront.nonDominated(new double[] {1}, new double[] {1, 2}))
                .hasMessageContaining("x has 1 values and y has 2");
        assertThatThrownBy(() -> ParetoFront.hypervolume(new double[0], new double[0], Double.POSITIVE_INFINITY, 1))
                .hasMessageContaining("reference is (Infinity, 1.0)");
    }

    @Test
    void theHypervolumeOfFourPointsIsThirtyEight() {
        assertThat(ParetoFront.hypervolume(new double[] {5, 4, 2, 7}, new double[] {5, 6, 7, 4}, 10, 10))
                .isEqualTo(38);
    }

    @Test
    void pointsBeyondTheReferenceAndDominatedPointsAddNothing() {
        double[] x = {5, 4, 2, 7, 1, 12, 8};
        double[] y = {5, 6, 7, 4, 11, 1, 8};

        assertThat(ParetoFront.hypervolume(x, y, 10, 10)).isEqualTo(38);
    }

    // Problems and notation of Zitzler, Deb and Thiele 2000; the reference point is (11, 11).

    @Test
    void theHypervolumeOfTheZdt1FrontIsKnown() {
        assertThat(volumeOf(f -> 1 - Math.sqrt(f))).isCloseTo(120 + 2.0 / 3, within(2e-6));
    }

    @Test
    void theHypervolumeOfTheZdt2FrontIsKnown() {
        assertThat(volumeOf(f -> 1 - f * f)).isCloseTo(120 + 1.0 / 3, within(2e-6));
    }

    @Test
    void theHypervolumeOfTheZdt3FrontIsKnown() {
        assertThat(volumeOf(f -> 1 - Math.sqrt(f) - f * Math.sin(10 * Math.PI * f)))
                .isCloseTo(128.7781161307, within(5e-6));
    }

    /** The sampled curve lies above the true front, so that its volume approaches the known one from below. */
    private static double volumeOf(DoubleUnaryOperator secondObjective) {
        double[] x = new double[SAMPLES + 1];
        Arrays.setAll(x, i -> (double) i / SAMPLES);
        double[] y = Arrays.stream(x).map(secondObjective).toArray();
        return ParetoFront.hypervolume(x, y, 11, 11);
    }

    private static int[] bruteForce(double[] x, double[] y, boolean weak) {
        return IntStream.range(0, x.length)
                .filter(i -> IntStream.range(0, x.length)
                        .noneMatch(j -> weak
                                ? x[j] < x[i] && y[j] < y[i]
                                : x[j] <= x[i] && y[j] <= y[i] && (x[j] < x[i] || y[j] < y[i])))
                .toArray();
    }
}
