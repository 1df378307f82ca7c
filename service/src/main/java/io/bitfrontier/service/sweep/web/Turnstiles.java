package io.bitfrontier.service.sweep.web;

import java.time.Duration;
import org.springframework.stereotype.Component;

/**
 * One turnstile for plans, which only compute, and another for submissions, which wait for each other anyway, for the registry's
 * lock: whoever only wants to see a plan does not stand behind them.
 */
@Component
final class Turnstiles {
    static final int PLANS = 2;
    static final int SUBMISSIONS = 4;
    static final int MOST_WAITING = 32;
    /** As many as one document may have. Such a one needs 180 MB, so that a plan and a submission fit into the smallest heap. */
    static final int POINTS = 100_000;

    /** Long enough for some large grids to go first, and less than the command line waits for an answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    final Turnstile plans = new Turnstile(PLANS, POINTS, MOST_WAITING, PATIENCE);
    final Turnstile submissions = new Turnstile(SUBMISSIONS, POINTS, MOST_WAITING, PATIENCE);
}
