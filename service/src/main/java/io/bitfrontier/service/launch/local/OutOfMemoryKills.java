package io.bitfrontier.service.launch.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells a process that the kernel killed for memory from one that somebody killed: both exit with 137, but only the first is
 * counted in {@code memory.events} of the control group that the processes of this service share (cgroup v2). Where there is no
 * such file nothing is known.
 */
final class OutOfMemoryKills {
    private static final String KEY = "oom_kill ";

    private final Path events;
    private long accounted;

    OutOfMemoryKills(Path events) {
        this.events = events;
        this.accounted = count();
    }

    /** Of the control group of this process. */
    static OutOfMemoryKills ofThisProcess() {
        return new OutOfMemoryKills(Path.of("/sys/fs/cgroup")
                .resolve(group())
                .resolve("memory.events")
                .normalize());
    }

    private static String group() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"), StandardCharsets.UTF_8)) {
                if (line.startsWith("0::/")) {
                    return line.substring("0::/".length());
                }
            }
        } catch (IOException e) {
            // No control groups here.
        }
        return "";
    }

    /** Whether the kernel has killed for memory once more than was taken from here; takes one. */
    synchronized boolean takeOne() {
        if (count() <= accounted) {
            return false;
        }
        accounted++;
        return true;
    }

    private long count() {
        try {
            for (String line : Files.readAllLines(events, StandardCharsets.UTF_8)) {
                if (line.startsWith(KEY)) {
                    return Long.parseLong(line.substring(KEY.length()).strip());
                }
            }
        } catch (IOException | NumberFormatException e) {
            // Not version 2, or not readable.
        }
        return 0;
    }
}
