package io.bitfrontier.service.run;

import io.bitfrontier.vocabulary.protocol.FailureClass;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** How often an attempt that ended without a result is followed by another, per class of failure. */
public final class RetryRules {
    /**
     * One rule.
     *
     * @param retries further attempts after failures of this class; {@link #UNLIMITED} for no bound
     * @param backOff wait before the first retry; doubled for each further one, up to {@link #LONGEST_WAIT}
     * @param event what a retry is called in the history
     */
    public record Rule(int retries, Duration backOff, RunEvent event) {
        /** Wait before retry number {@code n}, from 1. */
        public Duration wait(int n) {
            Duration wait = backOff.multipliedBy(1L << Math.min(n - 1, 10));
            return wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
        }

        public boolean allows(int failures) {
            return failures <= retries;
        }
    }

    public static final int UNLIMITED = Integer.MAX_VALUE;
    public static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    private static final Map<FailureClass, Rule> TABLE = new EnumMap<>(Map.of(
            FailureClass.USER, new Rule(0, Duration.ZERO, RunEvent.RETRIED),
            FailureClass.DIVERGENCE, new Rule(0, Duration.ZERO, RunEvent.RETRIED),
            FailureClass.PLATFORM, new Rule(3, Duration.ofSeconds(5), RunEvent.RETRIED),
            FailureClass.PREEMPTED, new Rule(UNLIMITED, Duration.ZERO, RunEvent.PREEMPTED),
            FailureClass.LOST, new Rule(5, Duration.ZERO, RunEvent.LOST),
            FailureClass.OUT_OF_MEMORY, new Rule(1, Duration.ofSeconds(5), RunEvent.RETRIED),
            FailureClass.TIMEOUT, new Rule(1, Duration.ZERO, RunEvent.RETRIED),
            FailureClass.RESULTS_MISSING, new Rule(2, Duration.ofSeconds(1), RunEvent.RETRIED)));

    static {
        for (FailureClass failure : FailureClass.values()) {
            of(failure);
        }
    }

    private RetryRules() {}

    public static Rule of(FailureClass failure) {
        Rule rule = TABLE.get(failure);
        if (rule == null) {
            throw new IllegalStateException("no retry rule for " + failure);
        }
        return rule;
    }
}
