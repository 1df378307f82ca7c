package io.bitfrontier.helm;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The table of values, made from values.yaml: its keys, its defaults, and the comment {@code # --} above each. */
final class ValuesTable {
    private static final Pattern KEY = Pattern.compile("( *)([A-Za-z0-9]+):(.*)");
    private static final String TEXT = "# -- ";
    private static final String DEFAULT = "# @default -- ";

    private ValuesTable() {}

    /**
     * @param key path with dots
     * @param text what the comment says; null: there is none
     * @param standard how the default is shown
     */
    record Row(String key, @Nullable String text, String standard) {}

    /** A row per value. A key with neither comment nor plain value is a group and has no row; below a commented map nothing has. */
    static List<Row> rows(String yaml) {
        JsonNode values = Chart.YAML.readTree(yaml);
        List<Row> rows = new ArrayList<>();
        Deque<String> path = new ArrayDeque<>();
        Deque<Integer> indents = new ArrayDeque<>();
        String text = null;
        String standard = null;
        for (String line : yaml.lines().toList()) {
            String trimmed = line.strip();
            if (trimmed.startsWith(TEXT)) {
                text = trimmed.substring(TEXT.length());
            } else if (trimmed.startsWith(DEFAULT)) {
                standard = trimmed.substring(DEFAULT.length());
            }
            Matcher key = KEY.matcher(line);
            if (!key.matches()) {
                continue;
            }
            int indent = key.group(1).length();
            while (!indents.isEmpty() && indents.getLast() >= indent) {
                indents.removeLast();
                path.removeLast();
            }
            indents.addLast(indent);
            path.addLast(key.group(2));
            JsonNode value = values.at("/" + String.join("/", path));
            boolean inside =
                    rows.stream().anyMatch(row -> String.join(".", path).startsWith(row.key() + "."));
            boolean group = value.isObject() && !value.isEmpty() && text == null;
            if ((!inside && !group) || text != null) {
                rows.add(new Row(
                        String.join(".", path), text, standard == null ? "`" + value.toString() + "`" : standard));
            }
            text = null;
            standard = null;
        }
        return rows;
    }

    static String markdown(List<Row> rows) {
        StringBuilder table = new StringBuilder("| value | default | what it does |\n|---|---|---|\n");
        for (Row row : rows) {
            table.append("| `")
                    .append(row.key())
                    .append("` | ")
                    .append(row.standard())
                    .append(" | ")
                    .append(String.valueOf(row.text()).replace("|", "\\|"))
                    .append(" |\n");
        }
        return table.toString();
    }
}
