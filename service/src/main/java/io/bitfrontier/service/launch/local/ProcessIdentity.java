package io.bitfrontier.service.launch.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process that cannot be mistaken for a later one with the same number: its pid and its start time.
 *
 * @param pid process number
 * @param startTicks start time in clock ticks since boot, field 22 of {@code /proc/<pid>/stat}
 */
record ProcessIdentity(long pid, long startTicks) {
    private static final int STATE_AFTER_NAME = 0;
    private static final int START_TIME_AFTER_NAME = 19;

    static Optional<ProcessIdentity> of(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
            // The name in parentheses may hold anything, so the fields are counted from its end.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            boolean zombie = fields[STATE_AFTER_NAME].equals("Z") || fields[STATE_AFTER_NAME].equals("X");
            return zombie
                    ? Optional.empty()
                    : Optional.of(new ProcessIdentity(pid, Long.parseLong(fields[START_TIME_AFTER_NAME])));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    static Optional<ProcessIdentity> parse(String externalId) {
        String[] parts = externalId.split(":", -1);
        try {
            return parts.length == 2
                    ? Optional.of(new ProcessIdentity(Long.parseLong(parts[0]), Long.parseLong(parts[1])))
                    : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    boolean isAlive() {
        return of(pid).filter(this::equals).isPresent();
    }

    String externalId() {
        return pid + ":" + startTicks;
    }
}
