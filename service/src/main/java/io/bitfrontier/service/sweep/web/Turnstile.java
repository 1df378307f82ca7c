package io.bitfrontier.service.sweep.web;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Lets only a few submissions in at a time, in the order of their coming. They wait for each other anyway, for the registry's
 * lock, and out here they wait without a database connection, which workers need to report.
 */
final class Turnstile {
    static final int AT_ONCE = 4;

    private final Semaphore turns = new Semaphore(AT_ONCE, true);

    <T> T pass(Supplier<T> submission) {
        turns.acquireUninterruptibly();
        try {
            return submission.get();
        } finally {
            turns.release();
        }
    }
}
