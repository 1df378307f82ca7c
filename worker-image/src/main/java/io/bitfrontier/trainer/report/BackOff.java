package io.bitfrontier.trainer.report;

import java.time.Duration;

/** Waiting times from 0.2 s that grow by half up to 2 s. */
final class BackOff {
    private static final Duration FIRST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private Duration next = FIRST;

    Duration next() {
        Duration now = next;
        Duration longer = now.plus(now.dividedBy(2));
        next = longer.compareTo(LONGEST) < 0 ? longer : LONGEST;
        return now;
    }

    void reset() {
        next = FIRST;
    }
}
