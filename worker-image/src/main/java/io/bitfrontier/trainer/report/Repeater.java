package io.bitfrontier.trainer.report;

import java.time.Duration;
import java.util.function.Supplier;

/** A daemon thread that repeats a step, which says after each time how long to wait. */
final class Repeater implements AutoCloseable {
    private final Thread thread;
    private boolean woken;
    private boolean closed;

    Repeater(String name, Duration first, Supplier<Duration> step) {
        thread = new Thread(() -> repeat(first, step), name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Ends the wait under way, or the next one. */
    synchronized void wake() {
        woken = true;
        notifyAll();
    }

    /** Ends after the step under way and waits for that. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void repeat(Duration first, Supplier<Duration> step) {
        Duration wait = first;
        while (awaitTurn(wait)) {
            wait = step.get();
        }
    }

    private synchronized boolean awaitTurn(Duration wait) {
        long end = System.nanoTime() + wait.toNanos();
        try {
            for (long left = wait.toNanos(); left > 0 && !woken && !closed; left = end - System.nanoTime()) {
                wait(left / 1_000_000, (int) (left % 1_000_000));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        woken = false;
        return !closed;
    }
}
