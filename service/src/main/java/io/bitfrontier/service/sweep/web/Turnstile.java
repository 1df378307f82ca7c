package io.bitfrontier.service.sweep.web;

import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Lets only a few large requests in at a time, in the order of their coming: the heap holds a few full grids and no more. Out here
 * they wait without a database connection, but on a thread of the server. Workers need both to report, so that only so many may
 * wait, and none for long.
 */
final class Turnstile {
    private final Semaphore turns;
    private final int mostWaiting;
    private final Duration patience;

    /**
     * Nobody is inside.
     *
     * @param patience how long a request waits for its turn before it is refused
     */
    Turnstile(int atOnce, int mostWaiting, Duration patience) {
        this.turns = new Semaphore(atOnce, true);
        this.mostWaiting = mostWaiting;
        this.patience = patience;
    }

    /** How many wait for their turn. */
    int waiting() {
        return turns.getQueueLength();
    }

    /**
     * Does what is asked for when its turn has come.
     *
     * @throws ProblemException UNAVAILABLE when too many wait already, or it has waited in vain
     */
    <T> T pass(Supplier<T> request) {
        if (!enter()) {
            throw new ProblemException(
                    ProblemCode.UNAVAILABLE, "Too many sweeps are being planned or stored at this moment; try again");
        }
        try {
            return request.get();
        } finally {
            turns.release();
        }
    }

    private boolean enter() {
        try {
            // With a time, even none, nobody jumps the queue.
            return turns.tryAcquire(0, TimeUnit.SECONDS)
                    || waiting() < mostWaiting && turns.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
