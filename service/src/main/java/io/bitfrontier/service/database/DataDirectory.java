package io.bitfrontier.service.database;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Which processes use a PostgreSQL data directory. They stand in it: it is their working directory. */
record DataDirectory(Path path) {
    private static final long LOOK_EVERY_MILLIS = 20;

    private Path pidFile() {
        return path.resolve("postmaster.pid");
    }

    /** The living postmaster; empty for none, and for a number that belongs to another process by now. */
    Optional<Long> postmaster() throws IOException {
        return writtenPid().filter(pid -> isPostgres(Path.of("/proc", Long.toString(pid))) && standsHere(pid));
    }

    private Optional<Long> writtenPid() throws IOException {
        if (!Files.exists(pidFile())) {
            return Optional.empty();
        }
        List<String> lines = Files.readAllLines(pidFile(), StandardCharsets.UTF_8);
        try {
            return lines.isEmpty()
                    ? Optional.empty()
                    : Optional.of(Long.valueOf(lines.get(0).strip()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /**
     * Prepares for a start after a postmaster was killed: its children, which end by themselves, must be gone; and a number in
     * the pid file that belongs to a stranger by now must not be taken for a postmaster. A dead number is the server's own
     * business to judge.
     *
     * @throws IOException when children are still there after {@code limit}
     */
    void awaitFree(Duration limit) throws IOException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (isUsed()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("processes of an earlier server still use " + path);
            }
            try {
                Thread.sleep(LOOK_EVERY_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for processes in " + path, e);
            }
        }
        if (writtenPid().flatMap(ProcessHandle::of).isPresent()) {
            Files.deleteIfExists(pidFile());
        }
    }

    private boolean isUsed() throws IOException {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (isPostgres(process)
                        && standsHere(Long.parseLong(process.getFileName().toString()))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A postmaster's command line is its program; its children write "postgres: …" over theirs. */
    private static boolean isPostgres(Path process) {
        try {
            String program = Files.readString(process.resolve("cmdline")).split("\0", 2)[0];
            return program.endsWith("/postgres") || program.startsWith("postgres:");
        } catch (IOException e) {
            return false;
        }
    }

    private boolean standsHere(long pid) {
        try {
            return Path.of("/proc", Long.toString(pid), "cwd").toRealPath().equals(path.toRealPath());
        } catch (IOException e) {
            return false;
        }
    }
}
