package io.bitfrontier.cli;

import java.util.ArrayList;
import java.util.List;

/** Columns of text, aligned; a header that ends in {@code >} aligns its column to the right. */
public final class TextTable {
    private final boolean[] right;
    private final List<List<String>> rows = new ArrayList<>();

    public TextTable(String... headers) {
        right = new boolean[headers.length];
        List<String> first = new ArrayList<>();
        for (int i = 0; i < headers.length; i++) {
            right[i] = headers[i].endsWith(">");
            first.add(right[i] ? headers[i].substring(0, headers[i].length() - 1) : headers[i]);
        }
        rows.add(first);
    }

    public void row(String... cells) {
        if (cells.length != right.length) {
            throw new IllegalArgumentException(cells.length + " cells for " + right.length + " columns");
        }
        rows.add(List.of(cells));
    }

    /** The header and the rows, without trailing blanks. */
    public List<String> lines() {
        int[] widths = new int[right.length];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(
                        widths[i], row.get(i).codePointCount(0, row.get(i).length()));
            }
        }
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = row.get(i);
            String blanks = " ".repeat(widths[i] - cell.codePointCount(0, cell.length()));
            line.append(i == 0 ? "" : "  ").append(right[i] ? blanks + cell : cell + blanks);
        }
        return line.toString().stripTrailing();
    }
}
