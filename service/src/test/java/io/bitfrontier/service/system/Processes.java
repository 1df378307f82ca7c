package io.bitfrontier.service.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Processes of this machine and what one can do to them. */
final class Processes {
    private Processes() {}

    /** Pids of the workers whose scratch directory lies below {@code home}; {@code mainClass} is the worker's. */
    static List<Long> workersBelow(Path home, String mainClass) throws IOException {
        List<Long> found = new ArrayList<>();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (contains(process.resolve("environ"), "BITFRONTIER_WORKER_SCRATCH=" + home)
                        && contains(process.resolve("cmdline"), mainClass)) {
                    found.add(Long.parseLong(process.getFileName().toString()));
                }
            }
        }
        return found;
    }

    private static boolean contains(Path file, String text) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).contains(text);
        } catch (IOException gone) {
            return false;
        }
    }

    static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    /** SIGSTOP. */
    static void freeze(long pid) throws IOException, InterruptedException {
        signal("STOP", pid);
    }

    /** SIGCONT. */
    static void thaw(long pid) throws IOException, InterruptedException {
        signal("CONT", pid);
    }

    private static void signal(String name, long pid) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
    }
}
