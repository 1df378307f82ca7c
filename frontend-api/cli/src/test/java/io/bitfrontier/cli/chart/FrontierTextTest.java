package io.bitfrontier.cli.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.cli.Samples;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrontierTextTest {
    @Test
    void theSampleLooksLikeTheGoldenText() {
        assertThat(String.join("\n", FrontierText.lines(Frontiers.sample(), 200)) + "\n")
                .isEqualTo(Samples.resource("chart/frontier.txt"));
    }

    @Test
    void noLineOfTheChartIsWiderThanTheTerminalOrThanAHundredColumns() {
        for (int columns : new int[] {60, 80, 100, 250}) {
            int widest = Math.min(columns, 100);
            assertThat(TerminalChart.lines(Frontiers.sample(), FrontierText.bySize(Frontiers.sample()), columns))
                    .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(widest));
        }
    }

    @Test
    void everyMemberHasItsLetterInTheChartEvenWhereTwoMeet() {
        List<String> chart = TerminalChart.lines(
                Frontiers.of(List.of(
                        Frontiers.member("m", "2", 10_000, 0.5),
                        Frontiers.member("m", "3", 10_001, 0.5001),
                        Frontiers.member("m", "4", 90_000, 0.9))),
                List.of(
                        Frontiers.member("m", "2", 10_000, 0.5),
                        Frontiers.member("m", "3", 10_001, 0.5001),
                        Frontiers.member("m", "4", 90_000, 0.9)),
                100);

        String drawing = String.join("\n", chart.subList(0, chart.size() - 1));
        assertThat(drawing).containsOnlyOnce("a").containsOnlyOnce("b").containsOnlyOnce("c");
    }

    @Test
    void alongTheLossTheLineFallsAndTheFloorIsSaid() {
        List<String> lines = FrontierText.lines(Frontiers.loss(), 100);

        assertThat(lines).anySatisfy(l -> assertThat(l).isEqualTo("The generator's own loss on these tokens: 1.8687"));
        assertThat(String.join("\n", lines)).contains("╮").contains("2.325 ± 0.006");
    }

    @Test
    void anUnfinishedSweepAndAnEmptyFrontierAreSaid() {
        assertThat(FrontierText.lines(Frontiers.of(List.of()), 100))
                .containsExactly(
                        "Frontier of packed size against accuracy at 1M tokens: 0 of 0 points",
                        "Some points of the sweep are not evaluated yet.",
                        "No point is evaluated at this budget.");
    }
}
