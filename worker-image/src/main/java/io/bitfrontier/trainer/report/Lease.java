package io.bitfrontier.trainer.report;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The attempt's right to go on. It ends {@code leaseSeconds} after the <em>start</em> of the last heartbeat that succeeded:
 * the service counts from when it received that heartbeat, which is later, so the worker always stops first. A process that
 * was frozen finds the lease passed when it is thawed, because monotonic time went on.
 */
final class Lease {
    /** Share of the lease kept for ending the step and writing a checkpoint. */
    private static final int MARGIN_SHARE = 5;

    private final LongSupplier nanoTime;
    private long lengthNanos;
    private long renewedAt;
    private long longestStepNanos;

    /** @param claimedAt start of the claim that was answered with the assignment */
    Lease(LongSupplier nanoTime, long claimedAt, long leaseSeconds) {
        this.nanoTime = nanoTime;
        this.renewedAt = claimedAt;
        this.lengthNanos = Duration.ofSeconds(leaseSeconds).toNanos();
    }

    /** A heartbeat that began at {@code startedAt} was answered. */
    synchronized void renew(long startedAt, long leaseSeconds) {
        // answers may overtake each other: never back
        if (startedAt - renewedAt > 0) {
            renewedAt = startedAt;
            lengthNanos = Duration.ofSeconds(leaseSeconds).toNanos();
        }
    }

    /** The training thread took this long between two questions, a checkpoint included: leave in time for another. */
    synchronized void observeStep(long nanos) {
        longestStepNanos = Math.max(longestStepNanos, nanos);
    }

    synchronized Duration remaining() {
        return Duration.ofNanos(renewedAt + lengthNanos - nanoTime.getAsLong());
    }

    boolean passed() {
        Duration left = remaining();
        return left.isNegative() || left.isZero();
    }

    /** Whether it is time to write a checkpoint: a fifth of the lease is left, or twice the longest step, at most half. */
    synchronized boolean nearlyPassed() {
        long margin = Math.min(lengthNanos / 2, Math.max(lengthNanos / MARGIN_SHARE, 2 * longestStepNanos));
        return remaining().toNanos() <= margin;
    }

    /** Time between heartbeats. */
    synchronized Duration heartbeatInterval() {
        return Duration.ofNanos(lengthNanos / 3);
    }

    /** Time until a heartbeat that was not answered is repeated. */
    synchronized Duration retryInterval() {
        return Duration.ofNanos(lengthNanos / 15);
    }
}
