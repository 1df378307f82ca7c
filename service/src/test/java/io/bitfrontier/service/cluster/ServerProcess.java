package io.bitfrontier.service.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One process of the control plane, which tests may kill, freeze and start again with the same arguments. */
public final class ServerProcess {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path log;
    private final List<String> command;
    private final BooleanSupplier ready;
    private @Nullable Process process;

    ServerProcess(Path directory, Path binary, List<String> arguments, BooleanSupplier ready) {
        this.log = directory.resolve(binary.getFileName() + ".log");
        this.command = new ArrayList<>(List.of(binary.toString()));
        this.command.addAll(arguments);
        this.ready = ready;
    }

    /** Starts it and returns without waiting until it is ready. */
    synchronized void launch() {
        try {
            process = Guardian.start(new ProcessBuilder(new ArrayList<>(command))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it is ready; the message of a failure holds the end of its log. */
    void awaitReady() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (!ready.getAsBoolean()) {
                if (process == null || !process.isAlive() || System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            "%s did not become ready:%n%s".formatted(command.get(0), logTail()));
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Starts it where it does not run, and waits until it is ready. */
    public void start() {
        if (process == null || !process.isAlive()) {
            launch();
        }
        awaitReady();
    }

    /** Ends it as {@code kill -9} does. */
    public void kill() {
        Process running = process;
        if (running != null) {
            try {
                running.destroyForcibly().waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Lets it answer nothing, its connections open, until {@link #thaw}. */
    public void freeze() {
        signal("STOP");
    }

    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        if (process != null) {
            Guardian.signal(process, name);
        }
    }

    private String logTail() {
        try {
            String all = Files.readString(log);
            return all.substring(Math.max(0, all.length() - 8_000));
        } catch (IOException e) {
            return e.toString();
        }
    }
}
