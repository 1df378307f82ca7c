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
import tools.jackson.databind.json.JsonMapper;

/**
 * What happened each time a fault struck, and the table that the documentation shows. Beside the table lies a line of JSON for
 * each strike, from which {@code -Dfaults.continue=true} goes on after an interruption.
 */
final class FaultRecord {
    /**
     * One strike.
     *
     * @param name of the fault
     * @param failure what did not hold afterwards; null when everything did
     * @param interrupted attempts that ended without a result
     * @param refused late writes that were refused
     * @param seconds from submission to the end of the sweep
     * @param outage for how many seconds PostgreSQL is away where that is the fault
     */
    record Strike(
            String name,
            String description,
            @Nullable String failure,
            long interrupted,
            long refused,
            double seconds,
            long outage) {
        boolean held() {
            return failure == null;
        }
    }

    private static final JsonMapper JSON = new JsonMapper();

    private final Path file;
    private final List<Strike> strikes;

    /** @param file the table, written anew after each strike */
    FaultRecord(Path file) throws IOException {
        this.file = file;
        this.strikes = earlier(file);
    }

    /** The strikes to go on from, of the same outage; none unless that is asked for. */
    static List<Strike> earlier(Path file) throws IOException {
        List<Strike> earlier = new ArrayList<>();
        if (Boolean.getBoolean("faults.continue") && Files.exists(lines(file))) {
            for (String line : Files.readAllLines(lines(file))) {
                Strike strike = JSON.readValue(line, Strike.class);
                if (strike.outage() == Fault.OUTAGE.toSeconds()) {
                    earlier.add(strike);
                }
            }
        }
        return earlier;
    }

    private static Path lines(Path file) {
        return file.resolveSibling(file.getFileName() + ".jsonl");
    }

    void add(Strike strike) throws IOException {
        strikes.add(strike);
        write();
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

    /** The table, and how it came about; an end on the way loses no row. */
    private void write() throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(lines(file), strikes.stream().map(JSON::writeValueAsString).toList());
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
