package io.bitfrontier.cli.chart;

import io.bitfrontier.cli.api.Frontier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A frontier drawn with characters: size on a logarithmic axis, members as letters joined by a step line, the other
 * candidates as dots.
 */
final class TerminalChart {
    private static final int WIDEST = 100;
    private static final int NARROWEST = 40;
    private static final int ROWS = 20;
    private static final int MARGIN = 7;
    private static final String MARKS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final char OTHER = '·';

    private final Axis x;
    private final Axis y;
    private final char[][] cells;

    private TerminalChart(Axis x, Axis y, int width) {
        this.x = x;
        this.y = y;
        cells = new char[ROWS][width];
        Arrays.stream(cells).forEach(row -> Arrays.fill(row, ' '));
    }

    /** The letter of the i-th member, by size; beyond the alphabet all look alike. */
    static char mark(int index) {
        return index < MARKS.length() ? MARKS.charAt(index) : '*';
    }

    /** The chart in at most this many columns, and never more than 100. */
    static List<String> lines(Frontier frontier, List<Frontier.Member> members, int columns) {
        int width = Math.max(NARROWEST, Math.min(WIDEST, columns)) - MARGIN - 1;
        TerminalChart chart = new TerminalChart(Words.sizeAxis(frontier), Words.qualityAxis(frontier), width);
        chart.draw(frontier, members);
        return chart.render(frontier);
    }

    private void draw(Frontier frontier, List<Frontier.Member> members) {
        for (int i = 0; i + 1 < members.size(); i++) {
            step(members.get(i), members.get(i + 1));
        }
        for (Frontier.Candidate c : frontier.candidates()) {
            if (!c.onFrontier()) {
                cells[row(c.y())][column(c.x())] = OTHER;
            }
        }
        for (int i = 0; i < members.size(); i++) {
            Frontier.Member m = members.get(i);
            int row = row(m.y());
            int column = column(m.x());
            while (column + 1 < cells[row].length && Character.isLetter(cells[row][column])) {
                column++;
            }
            cells[row][column] = mark(i);
        }
    }

    /** From one member along its quality to the next one's size, then up or down to it. */
    private void step(Frontier.Member from, Frontier.Member to) {
        int row = row(from.y());
        int end = row(to.y());
        int column = column(to.x());
        for (int c = column(from.x()) + 1; c < column; c++) {
            cells[row][c] = '─';
        }
        if (row == end) {
            return;
        }
        boolean up = end < row;
        cells[row][column] = up ? '╯' : '╮';
        for (int r = Math.min(row, end) + 1; r < Math.max(row, end); r++) {
            cells[r][column] = '│';
        }
    }

    private int column(double size) {
        return (int) Math.round(x.position(size) * (cells[0].length - 1));
    }

    private int row(double quality) {
        return (int) Math.round((1 - y.position(quality)) * (ROWS - 1));
    }

    private List<String> render(Frontier frontier) {
        String[] texts = new String[ROWS];
        y.ticks().forEach(t -> texts[row(t.value())] = t.text());
        List<String> lines = new ArrayList<>();
        for (int r = 0; r < ROWS; r++) {
            String text = texts[r] == null ? "" : texts[r];
            String edge = texts[r] == null ? "│" : "┤";
            lines.add((" ".repeat(MARGIN - 1 - text.length()) + text + " " + edge + new String(cells[r]))
                    .stripTrailing());
        }
        char[] line = "─".repeat(cells[0].length).toCharArray();
        char[] labels = " ".repeat(cells[0].length).toCharArray();
        int free = 0;
        for (Axis.Tick tick : x.ticks()) {
            int column = column(tick.value());
            line[column] = '┬';
            int start = Math.max(
                    0,
                    Math.min(
                            labels.length - tick.text().length(),
                            column - tick.text().length() / 2));
            if (start >= free) {
                tick.text().getChars(0, tick.text().length(), labels, start);
                free = start + tick.text().length() + 2;
            }
        }
        lines.add(" ".repeat(MARGIN) + "└" + new String(line));
        lines.add((" ".repeat(MARGIN + 1) + new String(labels)).stripTrailing());
        lines.add(
                " ".repeat(MARGIN + 1) + Words.sizeName(frontier) + " (log); letters: frontier, " + OTHER + ": others");
        return lines;
    }
}
