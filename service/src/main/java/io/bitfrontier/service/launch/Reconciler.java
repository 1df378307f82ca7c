package io.bitfrontier.service.launch;

import io.bitfrontier.service.run.AttemptEndings;
import io.bitfrontier.service.run.AttemptRef;
import io.bitfrontier.service.run.Dependants;
import io.bitfrontier.service.run.Leases;
import io.bitfrontier.service.run.RunSettings;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;

/**
 * Brings rows, workers and runs into agreement. A round depends on nothing but what it observes, so it may be repeated,
 * interrupted anywhere, and done by several replicas at once. Rounds of one replica never overlap.
 */
@Component
class Reconciler {
    private static final Logger log = LoggerFactory.getLogger(Reconciler.class);
    private static final String ACTOR = "reconcile";
    /** Discovery looks at every process, so not every round does it. */
    private static final int DISCOVER_EVERY = 30;

    private static final int ABANDONED_AFTER_LEASES = 5;
    /** As long as living workers may need to report after an outage, beside the time that rounds take. */
    private static final Duration NOBODY_LOOKED = Duration.ofSeconds(15);

    private final Launcher launcher;
    private final WorkerComparison comparison;
    private final Workers workers;
    private final Leases leases;
    private final AttemptEndings endings;
    private final Dependants dependants;
    private final Staffing staffing;
    private final Turns turns;
    private final LaunchSettings settings;
    private final RunSettings runs;

    private long round;
    private boolean afterOutage = true;
    private Duration lastRound = Duration.ZERO;

    Reconciler(
            Launcher launcher,
            WorkerComparison comparison,
            Workers workers,
            Leases leases,
            AttemptEndings endings,
            Dependants dependants,
            Staffing staffing,
            Turns turns,
            LaunchSettings settings,
            RunSettings runs) {
        this.launcher = launcher;
        this.comparison = comparison;
        this.workers = workers;
        this.leases = leases;
        this.endings = endings;
        this.dependants = dependants;
        this.staffing = staffing;
        this.turns = turns;
        this.settings = settings;
        this.runs = runs;
    }

    /**
     * One full comparison, then as many new workers as are wanted. While the platform of the workers does not answer, what
     * concerns the database alone goes on.
     *
     * @throws LauncherUnavailableException after that
     */
    synchronized void round() {
        long begun = System.nanoTime();
        MDC.put(ACTOR, Long.toString(round));
        try {
            if (afterOutage) {
                leases.forgetMisses();
                comparison.forgetMisses();
                afterOutage = false;
            }
            // What was withdrawn has no living row, and holds its place until it is gone.
            boolean discover = round % DISCOVER_EVERY == 0 || staffing.hasWithdrawn();
            LauncherUnavailableException unavailable = attend(() -> comparison.compare(discover));
            turns.take(ACTOR, () -> settle(round % DISCOVER_EVERY == 0));
            if (unavailable == null) {
                unavailable = attend(staffing::staff);
            }
            if (unavailable != null) {
                // It says nothing about the database: leases that nobody renews are still counted.
                comparison.forgetMisses();
                throw unavailable;
            }
            round++;
        } finally {
            lastRound = Duration.ofNanos(System.nanoTime() - begun);
            MDC.remove(ACTOR);
        }
    }

    /** An outage of the database says nothing about workers: what was counted before it does not count after it. */
    synchronized void forgetMisses() {
        afterOutage = true;
    }

    /** The work on the launcher's workers; a home's own are nobody else's, so it need not wait for its turn. */
    private @Nullable LauncherUnavailableException attend(Runnable work) {
        try {
            if (launcher.stopsWithService()) {
                work.run();
            } else {
                turns.take(ACTOR + " " + launcher.kind() + " " + launcher.installation(), work);
            }
            return null;
        } catch (LauncherUnavailableException e) {
            return e;
        }
    }

    /** What concerns the rows of all installations. */
    private void settle(boolean thorough) {
        for (AttemptRef attempt : leases.missed(settings.missedRounds(), settings.reconcileEvery(), longestPause())) {
            endings.expire(attempt, ACTOR);
        }
        for (AttemptRef attempt : leases.overdue()) {
            endings.lose(
                    attempt,
                    FailureClass.TIMEOUT,
                    "it ran longer than the " + text(runs.attemptLimit()) + " that an attempt may take",
                    ACTOR);
        }
        if (thorough) {
            dependants.settle();
            int ended = workers.endAbandoned(runs.lease().multipliedBy(ABANDONED_AFTER_LEASES));
            if (ended > 0) {
                log.info("{} workers of services that have not been heard of are given up", ended);
            }
        }
    }

    /** Rounds further apart than this are not in a row; slow or seldom ones are. */
    private Duration longestPause() {
        return NOBODY_LOOKED.plus(settings.reconcileEvery().plus(lastRound).multipliedBy(2));
    }

    private static String text(Duration duration) {
        return duration.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
    }

    /** The service stops. Workers that stop with it are told to checkpoint and given time; what is left of them is ended. */
    synchronized void stopWorkers() {
        if (launcher.stopsWithService()) {
            comparison.stopWorkers(settings.stopGrace());
        }
    }
}
