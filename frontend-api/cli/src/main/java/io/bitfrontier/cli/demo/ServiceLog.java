package io.bitfrontier.cli.demo;

import io.bitfrontier.cli.CommandFailedException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The file that a service started here writes to.
 *
 * @param from its length when the service was started
 */
record ServiceLog(Path file, long from) {
    private static final int LINES = 15;
    private static final int LONGEST = 64 * 1024;

    /** The log in this home, from its present end on. */
    static ServiceLog in(Path home) {
        Path file = home.resolve("logs").resolve("service.log");
        try {
            Files.createDirectories(file.getParent());
            return new ServiceLog(file, Files.exists(file) ? Files.size(file) : 0);
        } catch (IOException e) {
            throw new CommandFailedException("BITFRONTIER_HOME " + home + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** The last lines since the start, each on a line of its own and indented; empty if there are none. */
    String tail() {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
            long start = Math.max(from, open.length() - LONGEST);
            byte[] bytes = new byte[(int) Math.max(0, open.length() - start)];
            open.seek(start);
            open.readFully(bytes);
            List<String> lines =
                    new String(bytes, StandardCharsets.UTF_8).lines().toList();
            List<String> last = lines.subList(Math.max(0, lines.size() - LINES), lines.size());
            return last.isEmpty() ? "" : ":\n  " + String.join("\n  ", last);
        } catch (IOException e) {
            return " (unreadable: " + e.getMessage() + ")";
        }
    }
}
