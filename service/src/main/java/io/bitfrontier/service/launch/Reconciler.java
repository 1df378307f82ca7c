package io.bitfrontier.service.launch;

import io.bitfrontier.service.run.AttemptEndings;
import io.bitfrontier.service.run.AttemptRef;
import io.bitfrontier.service.run.CheckpointRetention;
import io.bitfrontier.service.run.Dependants;
import io.bitfrontier.service.run.Leases;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.service.worker.Workers.Living;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;

/**
 * Compares rows and workers both ways and brings them into agreement. A round depends on nothing but what it observes, so it
 * may be repeated and interrupted anywhere. Rounds never overlap.
 */
@Component
class Reconciler {
    private static final Logger log = LoggerFactory.getLogger(Reconciler.class);
    private static final String ACTOR = "reconcile";
    /** Discovery reads the environment of every process, so not every round does it. */
    private static final int DISCOVER_EVERY = 30;

    private final Launcher launcher;
    private final Workers workers;
    private final Leases leases;
    private final AttemptEndings endings;
    private final Dependants dependants;
    private final CheckpointRetention retention;
    private final Staffing staffing;
    private final LaunchSettings settings;
    /** Rounds in a row in which an attempt's lease was found passed. */
    private final Map<Long, Integer> missed = new HashMap<>();

    private long round;

    Reconciler(
            Launcher launcher,
            Workers workers,
            Leases leases,
            AttemptEndings endings,
            Dependants dependants,
            CheckpointRetention retention,
            Staffing staffing,
            LaunchSettings settings) {
        this.launcher = launcher;
        this.workers = workers;
        this.leases = leases;
        this.endings = endings;
        this.dependants = dependants;
        this.retention = retention;
        this.staffing = staffing;
        this.settings = settings;
    }

    /** One full comparison, then as many new workers as are wanted. */
    synchronized void round() {
        MDC.put(ACTOR, Long.toString(round));
        try {
            boolean discover = round % DISCOVER_EVERY == 0;
            compare(discover);
            expireLeases();
            dependants.settle();
            if (discover) {
                retention.removeLeftovers();
            }
            staffing.staff();
            round++;
        } finally {
            MDC.remove(ACTOR);
        }
    }

    /** An outage says nothing about workers: what was counted before it does not count after it. */
    synchronized void forgetMisses() {
        missed.clear();
    }

    /** Rows without workers are ended, workers without rows are stopped, and what was interrupted between both is joined. */
    private void compare(boolean discover) {
        // Processes first: a worker whose row is made after this look is not taken for an orphan.
        Map<UUID, String> existing = discover ? launcher.discover() : Map.of();
        List<Living> rows = workers.living(launcher.kind(), launcher.installation());
        for (Living row : rows) {
            String externalId = row.externalId();
            if (externalId == null) {
                externalId = (discover ? existing : launcher.discover()).get(row.id());
                if (externalId != null) {
                    workers.launched(row.id(), externalId);
                    log.info("worker {} was launched before its row knew: found as {}", row.id(), externalId);
                }
            }
            if (externalId == null || !launcher.isAlive(externalId)) {
                bury(row, externalId, launcher.exitCode(row.id()), null);
            } else if (row.seen()) {
                staffing.workerCame();
            }
        }
        Set<UUID> known = rows.stream().map(Living::id).collect(Collectors.toSet());
        existing.forEach((worker, externalId) -> {
            if (!known.contains(worker) && !staffing.isLaunching(worker)) {
                log.info("stopping worker {} ({}), which has no living row", worker, externalId);
                launcher.kill(externalId);
            }
        });
    }

    /** A worker is proven dead: its row ends, and so do its attempts, at once. */
    private void bury(Living row, @Nullable String externalId, OptionalInt exit, @Nullable FailureClass instead) {
        MDC.put("worker", row.id().toString());
        try {
            int code = exit.orElse(-1);
            boolean left = code == WorkerProtocol.EXIT_DONE || code == WorkerProtocol.EXIT_PREEMPTED;
            String reason = reason(row.id(), externalId, exit);
            for (AttemptRef attempt : leases.of(row.id())) {
                endings.lose(attempt, instead != null ? instead : failureOf(exit), reason, ACTOR);
            }
            if (workers.end(row.id(), left ? Workers.End.LEFT : Workers.End.LOST, reason)) {
                log.info("worker {} ended: {}", row.id(), reason);
                if (!left && !row.seen()) {
                    staffing.workerNeverCame(row.id());
                }
            }
        } finally {
            MDC.remove("worker");
        }
    }

    private static String reason(UUID worker, @Nullable String externalId, OptionalInt exit) {
        String who = "worker " + worker + (externalId == null ? "" : " (" + externalId + ")");
        if (exit.isEmpty()) {
            return who + (externalId == null ? " was never started" : " no longer exists");
        }
        int code = exit.getAsInt();
        return who
                + (code > 128 ? " was ended by signal " + (code - 128) : " exited with " + code)
                + (code == WorkerProtocol.EXIT_OUT_OF_MEMORY ? " (kill -9 or out of memory)" : "");
    }

    /**
     * Why an attempt ended that its worker did not end itself. 137 is any SIGKILL, a person's as well as the kernel's for
     * memory, so it counts as lost.
     */
    private static FailureClass failureOf(OptionalInt exit) {
        return switch (exit.orElse(-1)) {
            case WorkerProtocol.EXIT_DONE -> FailureClass.RESULTS_MISSING;
            case WorkerProtocol.EXIT_USER_INPUT -> FailureClass.USER;
            case WorkerProtocol.EXIT_PLATFORM -> FailureClass.PLATFORM;
            case WorkerProtocol.EXIT_PREEMPTED -> FailureClass.PREEMPTED;
            default -> FailureClass.LOST;
        };
    }

    private void expireLeases() {
        List<AttemptRef> expired = leases.expired();
        missed.keySet().retainAll(expired.stream().map(AttemptRef::attemptId).collect(Collectors.toSet()));
        for (AttemptRef attempt : expired) {
            int rounds = missed.merge(attempt.attemptId(), 1, Integer::sum);
            if (rounds >= settings.missedRounds() && endings.expire(attempt, ACTOR)) {
                missed.remove(attempt.attemptId());
            }
        }
    }

    /** The service stops: workers are told to checkpoint, given time, and what is left is ended. */
    synchronized void stopWorkers() {
        List<Living> rows = workers.living(launcher.kind(), launcher.installation());
        for (Living row : rows) {
            workers.drain(row.id());
            if (row.externalId() != null) {
                launcher.terminate(row.externalId());
            }
        }
        WorkerStop.await(launcher, rows, settings.stopGrace());
        for (Living row : rows) {
            if (row.externalId() == null || !launcher.isAlive(row.externalId())) {
                bury(row, row.externalId(), launcher.exitCode(row.id()), FailureClass.PREEMPTED);
            }
        }
    }
}
