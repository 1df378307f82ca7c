package io.bitfrontier.cli;

import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;

/**
 * What every command works with.
 *
 * @param out results go here
 * @param err progress and problems go here
 * @param pause waits between two looks at the service
 */
public record Context(Settings settings, PrintWriter out, PrintWriter err, Clock clock, Pause pause) {

    /** Waits for a while. */
    @FunctionalInterface
    public interface Pause {
        void of(Duration duration) throws InterruptedException;
    }

    /** Waits; an interruption ends the command. */
    public void rest(Duration duration) {
        try {
            pause.of(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException("Interrupted", e);
        }
    }
}
