package io.bitfrontier.vocabulary.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class FingerprintTest {
    @Test
    void numbersAreWrittenAsJavaWritesThemInHexadecimal() {
        DoubleStream edges = DoubleStream.of(
                0.0,
                -0.0,
                1,
                -1,
                2,
                0.5,
                0.1,
                1e-8,
                10_000,
                Math.PI,
                Math.nextUp(1.0),
                Math.nextDown(1.0),
                Double.MIN_VALUE,
                Double.MIN_NORMAL,
                Math.nextDown(Double.MIN_NORMAL),
                Double.MAX_VALUE,
                Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY,
                Double.NaN);
        DoubleStream everywhere = new Random(1).longs(100_000).mapToDouble(Double::longBitsToDouble);
        // With zeros at their end, as the fractions of typed numbers have.
        DoubleStream round =
                new Random(2).ints(100_000).mapToDouble(bits -> Double.longBitsToDouble((long) bits << Integer.SIZE));

        DoubleStream.concat(edges, DoubleStream.concat(everywhere, round))
                .forEach(number -> assertThat(Fingerprint.canonical(number)).isEqualTo(Double.toHexString(number)));
    }
}
