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

    /** Long enough for some large grids to go first, and less than the command line waits for an answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    final Turnstile plans = new Turnstile(PLANS, MOST_WAITING, PATIENCE);
    final Turnstile submissions = new Turnstile(SUBMISSIONS, MOST_WAITING, PATIENCE);
}
