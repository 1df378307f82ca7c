package io.bitfrontier.service.launch;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Waits between starts of workers that die before they ask for work: launching more of them at once would not help. It goes by a
 * monotonic clock, so that a jump of the machine's time neither shortens nor lengthens a wait.
 */
final class StartBackOff {
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private final LongSupplier nanoTime;
    private int failedStarts;
    private long since;
    private Duration wait = Duration.ZERO;

    StartBackOff(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.since = nanoTime.getAsLong();
    }

    boolean mayStart() {
        return nanoTime.getAsLong() - since >= wait.toNanos();
    }

    /**
     * A worker died before it asked for work.
     *
     * @return how many did in a row
     */
    int failed() {
        failedStarts++;
        since = nanoTime.getAsLong();
        Duration doubled = Duration.ofSeconds(1L << Math.min(failedStarts, 10));
        wait = doubled.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : doubled;
        return failedStarts;
    }

    Duration currentWait() {
        return wait;
    }

    /** A worker asked for work. The wait that has begun is not cut short. */
    void came() {
        failedStarts = 0;
    }
}
