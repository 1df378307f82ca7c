package io.bitfrontier.cli.demo;

import io.bitfrontier.cli.CommandFailedException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The service on this machine that a command works with.
 *
 * @param process its process
 * @param ours whether this command stops it when it ends
 * @param log where it writes
 */
record LocalService(ProcessHandle process, boolean ours, ServiceLog log) {
    private static final Duration GRACE = Duration.ofSeconds(30);

    /** Throws when the process has ended. */
    void requireAlive() {
        if (!process.isAlive()) {
            throw new CommandFailedException("The service has ended; run the same command again to go on. Its log is "
                    + log.file() + log.tail());
        }
    }

    /** Waits until the process ends. */
    void join() {
        process.onExit().join();
    }

    /** Asks the process to end and waits; false if it needs longer than half a minute. */
    boolean stop() {
        process.destroy();
        try {
            process.onExit().get(GRACE.toSeconds(), TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
