package io.bitfrontier.service.sweep.web;

import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Lets only a few requests with grids in at a time, in the order of their coming, and of large grids fewer: the heap has room for
 * so many points and no more. Out here they wait without a database connection, but on a thread of the server. Workers need both
 * to report, so that only so many may wait, and none for long.
 */
final class Turnstile {
    private final Semaphore turns;
    private final int points;
    private final Semaphore room;
    private final int mostWaiting;
    private final Duration patience;

    /**
     * Nobody is inside.
     *
     * @param atOnce how many requests may be inside
     * @param points how many points their grids may have together; a request with more goes in alone
     * @param patience how long a request waits for its turn, and then for room, before it is refused
     */
    Turnstile(int atOnce, int points, int mostWaiting, Duration patience) {
        this.turns = new Semaphore(atOnce, true);
        this.points = points;
        this.room = new Semaphore(points, true);
        this.mostWaiting = mostWaiting;
        this.patience = patience;
    }

    /** How many wait for their turn. */
    int waiting() {
        return turns.getQueueLength();
    }

    /**
     * Does what is asked for when its turn has come and there is room for its grid.
     *
     * @param size counts the points of the grid when its turn has come, since that reads a document
     * @throws ProblemException UNAVAILABLE when too many wait already, or it has waited in vain
     */
    <T> T pass(LongSupplier size, Supplier<T> request) {
        if (!within(() -> turns.tryAcquire(0, TimeUnit.SECONDS)
                || waiting() < mostWaiting && turns.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS))) {
            throw crowded();
        }
        try {
            int needed = (int) Math.min(size.getAsLong(), points);
            if (!within(() -> room.tryAcquire(needed, patience.toMillis(), TimeUnit.MILLISECONDS))) {
                throw crowded();
            }
            try {
                return request.get();
            } finally {
                room.release(needed);
            }
        } finally {
            turns.release();
        }
    }

    private static ProblemException crowded() {
        return new ProblemException(
                ProblemCode.UNAVAILABLE, "Too many sweeps are being planned or stored at this moment; try again");
    }

    /** A wait. With a time, even none, nobody jumps the queue of a semaphore. */
    @FunctionalInterface
    private interface Wait {
        boolean ends() throws InterruptedException;
    }

    private static boolean within(Wait wait) {
        try {
            return wait.ends();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
