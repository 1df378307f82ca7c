package io.bitfrontier.service.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who may call whom, read from the table in the documentation: there is no second list that could differ from it. */
record DependencyTable(Map<String, Set<String>> allowed) {
    private static final Pattern NAME = Pattern.compile("`([a-z]+)`");

    static DependencyTable in(Path document, String marker) {
        String text;
        try {
            text = Files.readString(document);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int begin = text.indexOf("<!-- " + marker + " -->");
        int end = text.indexOf("<!-- /" + marker + " -->");
        if (begin < 0 || end < begin) {
            throw new IllegalStateException(document + " has no table between the comments " + marker);
        }
        return parse(text.substring(begin, end));
    }

    static DependencyTable parse(String table) {
        Map<String, Set<String>> allowed = new LinkedHashMap<>();
        for (String line : table.lines().toList()) {
            String[] cells = line.split("\\|", -1);
            if (cells.length < 5) {
                continue;
            }
            Matcher feature = NAME.matcher(cells[1]);
            if (feature.find()) {
                Set<String> uses = new LinkedHashSet<>();
                Matcher used = NAME.matcher(cells[3]);
                while (used.find()) {
                    uses.add(used.group(1));
                }
                allowed.put(feature.group(1), uses);
            }
        }
        return new DependencyTable(allowed);
    }

    boolean allows(String from, String to) {
        return allowed.getOrDefault(from, Set.of()).contains(to);
    }
}
