package io.bitfrontier.cli.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class AxisTest {
    @Test
    void sizesAreLogarithmicWithTicksAtOneTwoAndFive() {
        Axis axis = Axis.sizes(DoubleStream.of(3264, 337_000));

        assertThat(texts(axis)).containsExactly("5 kB", "10 kB", "20 kB", "50 kB", "100 kB", "200 kB");
        double factorTwo = axis.position(20_000) - axis.position(10_000);
        assertThat(axis.position(200_000) - axis.position(100_000)).isCloseTo(factorTwo, within(1e-12));
        assertThat(axis.position(3264)).isBetween(0.0, 0.1);
        assertThat(axis.position(337_000)).isBetween(0.9, 1.0);
    }

    @Test
    void aWideRangeHasOneTickPerDecade() {
        assertThat(texts(Axis.sizes(DoubleStream.of(3000, 3e9))))
                .containsExactly("10 kB", "100 kB", "1 MB", "10 MB", "100 MB", "1 GB");
    }

    @Test
    void aSinglePointStillHasAnAxisAroundIt() {
        Axis size = Axis.sizes(DoubleStream.of(10_000));
        Axis share = Axis.shares(DoubleStream.of(0.5));

        assertThat(size.position(10_000)).isCloseTo(0.5, within(1e-9));
        assertThat(share.position(0.5)).isCloseTo(0.5, within(1e-9));
        assertThat(size.ticks()).isNotEmpty();
        assertThat(share.ticks()).isNotEmpty();
    }

    @Test
    void sharesStayWithinNoneAndAllAtRoundTicks() {
        Axis axis = Axis.shares(DoubleStream.of(0.358, 0.999));

        assertThat(axis.high()).isEqualTo(1);
        assertThat(texts(axis)).containsExactly("40 %", "50 %", "60 %", "70 %", "80 %", "90 %", "100 %");
    }

    @Test
    void lossesHaveTwoDecimals() {
        assertThat(texts(Axis.losses(DoubleStream.of(1.87, 2.31))))
                .containsExactly("1.90", "2.00", "2.10", "2.20", "2.30");
    }

    private static List<String> texts(Axis axis) {
        return axis.ticks().stream().map(Axis.Tick::text).toList();
    }
}
