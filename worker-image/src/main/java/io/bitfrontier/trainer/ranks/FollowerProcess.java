package io.bitfrontier.trainer.ranks;

import io.bitfrontier.vocabulary.protocol.FailureClass;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A rank as its leader has it: a child process that reads tasks, one JSON document a line, and ends with its standard input. On
 * its standard output it says {@value #READY} once, and {@value #FAILED} with class and sentence if it cannot go on.
 */
final class FollowerProcess {
    static final String READY = "rank-ready";
    static final String FAILED = "rank-failed ";

    private static final Logger log = LoggerFactory.getLogger(FollowerProcess.class);

    private final String name;
    private final Process process;
    private final CountDownLatch readyOrDead = new CountDownLatch(1);
    private volatile boolean ready;
    private volatile @Nullable String lastWords;

    FollowerProcess(String name, ProcessBuilder command) throws IOException {
        this.name = name;
        this.process = command.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        Thread reader = new Thread(this::listen, name);
        reader.setDaemon(true);
        reader.start();
    }

    private void listen() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals(READY)) {
                    ready = true;
                    readyOrDead.countDown();
                } else if (line.startsWith(FAILED)) {
                    lastWords = line.substring(FAILED.length());
                } else {
                    log.debug("{}: {}", name, line);
                }
            }
        } catch (IOException e) {
            log.debug("{}: its output ended", name, e);
        } finally {
            readyOrDead.countDown();
        }
    }

    /** Whether it said that it is ready, within this time. */
    boolean awaitReady(Duration timeout) throws InterruptedException {
        return readyOrDead.await(timeout.toMillis(), TimeUnit.MILLISECONDS) && ready;
    }

    void send(byte[] line) {
        try {
            OutputStream in = process.getOutputStream();
            in.write(line);
            in.write('\n');
            in.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " takes no task", e);
        }
    }

    boolean isGone() {
        return !process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    void onExit(Runnable listener) {
        process.onExit().thenRunAsync(listener);
    }

    /** How it ended, if it has within this time; null otherwise. */
    @Nullable
    Ending ending(Duration patience) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return null;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
        String words = lastWords;
        int space = words == null ? -1 : words.indexOf(' ');
        if (words == null || space < 0) {
            return new Ending(FailureClass.PLATFORM, name + " ended with exit code " + process.exitValue());
        }
        return new Ending(FailureClass.valueOf(words.substring(0, space)), name + ": " + words.substring(space + 1));
    }

    /** Who must act on a rank's end, and why it ended. */
    record Ending(FailureClass failureClass, String reason) {}

    /** Ends it at once, and waits until it is gone. */
    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
