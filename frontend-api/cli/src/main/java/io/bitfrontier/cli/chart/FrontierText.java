package io.bitfrontier.cli.chart;

import io.bitfrontier.cli.Figures;
import io.bitfrontier.cli.TextTable;
import io.bitfrontier.cli.api.Frontier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** A frontier as a table and a chart for a terminal. */
public final class FrontierText {
    private FrontierText() {}

    /** A heading, the members from small to large, and the chart in which their marks appear. */
    public static List<String> lines(Frontier frontier, int columns) {
        List<Frontier.Member> members = bySize(frontier);
        List<String> lines = new ArrayList<>();
        lines.add(heading(frontier));
        if (!frontier.complete()) {
            lines.add("Some points of the sweep are not evaluated yet.");
        }
        if (frontier.isLoss() && frontier.floor() != null) {
            lines.add(String.format(Locale.ROOT, "The generator's own loss on these tokens: %.4f", frontier.floor()));
        }
        if (members.isEmpty()) {
            lines.add("No point is evaluated at this budget.");
            return lines;
        }
        lines.add("");
        lines.addAll(table(frontier, members));
        lines.add("");
        lines.addAll(TerminalChart.lines(frontier, members, columns));
        return lines;
    }

    static List<Frontier.Member> bySize(Frontier frontier) {
        return frontier.members().stream()
                .sorted(Comparator.comparingDouble(Frontier.Member::x))
                .toList();
    }

    private static String heading(Frontier frontier) {
        return "Frontier of " + Words.sizeName(frontier) + " against " + Words.qualityName(frontier) + " at "
                + Figures.count(frontier.tokens()) + " tokens: "
                + frontier.members().size() + " of "
                + frontier.candidates().size() + " points";
    }

    private static List<String> table(Frontier frontier, List<Frontier.Member> members) {
        TextTable table = new TextTable(
                "",
                "POINT",
                "SIZE>",
                Words.qualityName(frontier).toUpperCase(Locale.ROOT) + ">",
                "PROBABILITY>",
                "TOKENS>");
        for (int i = 0; i < members.size(); i++) {
            Frontier.Member m = members.get(i);
            table.row(
                    String.valueOf(TerminalChart.mark(i)),
                    m.label(),
                    Figures.bytes(m.x()),
                    Words.qualityWithError(frontier, m),
                    String.format(Locale.ROOT, "%.2f", m.probability()),
                    Figures.count(m.tokens()));
        }
        return table.lines();
    }
}
