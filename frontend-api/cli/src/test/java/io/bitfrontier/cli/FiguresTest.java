package io.bitfrontier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void countsHaveAtMostThreeDigitsAndNoUselessZeros() {
        assertThat(Figures.count(0)).isEqualTo("0");
        assertThat(Figures.count(999)).isEqualTo("999");
        assertThat(Figures.count(1000)).isEqualTo("1k");
        assertThat(Figures.count(1_999_872)).isEqualTo("2M");
        assertThat(Figures.count(999_600)).isEqualTo("1M");
        assertThat(Figures.count(15_340_000)).isEqualTo("15.3M");
        assertThat(Figures.count(230_000)).isEqualTo("230k");
        assertThat(Figures.count(4e13)).isEqualTo("40T");
    }

    @Test
    void bytesHaveThreeDigitsAndRoundOnesNoUselessZeros() {
        assertThat(Figures.roundBytes(5000)).isEqualTo("5 kB");
        assertThat(Figures.roundBytes(100_000)).isEqualTo("100 kB");
        assertThat(Figures.bytes(64_000)).isEqualTo("64.0 kB");
        assertThat(Figures.bytes(512)).isEqualTo("512 B");
        assertThat(Figures.bytes(12_016)).isEqualTo("12.0 kB");
        assertThat(Figures.bytes(3264)).isEqualTo("3.26 kB");
        assertThat(Figures.bytes(337_000)).isEqualTo("337 kB");
        assertThat(Figures.bytes(1.25e9)).isEqualTo("1.25 GB");
    }

    @Test
    void durationsShowHoursOnlyWhenThereAreAny() {
        assertThat(Figures.duration(Duration.ofSeconds(65))).isEqualTo("1:05");
        assertThat(Figures.duration(Duration.ofSeconds(3725))).isEqualTo("1:02:05");
        assertThat(Figures.duration(Duration.ofSeconds(-3))).isEqualTo("0:00");
    }
}
