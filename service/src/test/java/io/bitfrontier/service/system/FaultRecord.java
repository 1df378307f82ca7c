package io.bitfrontier.service.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What happened each time a fault struck, and the table that the documentation shows. */
final class FaultRecord {
    /**
     * One strike.
     *
     * @param name of the fault
     * @param failure what did not hold afterwards; null when everything did
     * @param interrupted attempts that ended without a result
     * @param refused late writes that were refused
     * @param seconds from submission to the end of the sweep
     */
    record Strike(
            String name, String description, @Nullable String failure, long interrupted, long refused, double seconds) {
        boolean held() {
            return failure == null;
        }
    }

    private final List<Strike> strikes = new ArrayList<>();

    void add(Strike strike) {
        strikes.add(strike);
    }

    /** Markdown: a row per fault. */
    String table() {
        Map<String, List<Strike>> byName = new TreeMap<>();
        List<String> order = strikes.stream().map(Strike::name).distinct().toList();
        strikes.forEach(strike ->
                byName.computeIfAbsent(strike.name(), name -> new ArrayList<>()).add(strike));
        StringBuilder table = new StringBuilder("""
                | fault | what is done | times | held | attempts interrupted | late writes refused | seconds (median) |
                |---|---|---|---|---|---|---|
                """);
        for (String name : order) {
            List<Strike> of = byName.getOrDefault(name, List.of());
            double[] seconds = of.stream().mapToDouble(Strike::seconds).sorted().toArray();
            table.append(String.format(
                    Locale.ROOT,
                    "| `%s` | %s | %d | %d | %d | %d | %.1f |%n",
                    name,
                    of.get(0).description(),
                    of.size(),
                    of.stream().filter(Strike::held).count(),
                    of.stream().mapToLong(Strike::interrupted).sum(),
                    of.stream().mapToLong(Strike::refused).sum(),
                    seconds[seconds.length / 2]));
        }
        return table.toString();
    }

    /** The table, and how it came about; written anew after each strike, so that an end on the way loses no row. */
    void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        String failures = strikes.stream()
                .filter(strike -> !strike.held())
                .map(strike -> "\n" + strike.name() + ": " + strike.failure() + "\n")
                .collect(Collectors.joining());
        Files.writeString(
                file,
                table()
                        + failures
                        + String.format(
                                "%nOn %d processors; PostgreSQL was away for %d seconds.%n",
                                Runtime.getRuntime().availableProcessors(), Fault.OUTAGE.toSeconds()));
    }
}
