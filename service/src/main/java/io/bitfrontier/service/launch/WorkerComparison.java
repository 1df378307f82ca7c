package io.bitfrontier.service.launch;

import io.bitfrontier.service.failpoint.FailPoint;
import io.bitfrontier.service.failpoint.FailPoints;
import io.bitfrontier.service.launch.Launcher.Phase;
import io.bitfrontier.service.launch.Launcher.Sighting;
import io.bitfrontier.service.run.AttemptEndings;
import io.bitfrontier.service.run.AttemptRef;
import io.bitfrontier.service.run.Leases;
import io.bitfrontier.service.run.RunSettings;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.service.worker.Workers.Living;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;

/**
 * Compares the rows of one installation's workers with what exists, both ways: rows without workers are ended, workers without
 * rows are stopped, and what was interrupted between both is joined.
 */
@Component
class WorkerComparison {
    private static final Logger log = LoggerFactory.getLogger(WorkerComparison.class);
    private static final String ACTOR = "reconcile";
    /** Leases without a sign of life after which a worker that has no attempt is given up. */
    private static final int SILENT_AFTER_LEASES = 3;

    /** But never less: images are pulled and Java is started meanwhile. */
    private static final Duration SHORTEST_SILENCE = Duration.ofMinutes(2);

    /** In one comparison: each may take as long as a call to the platform may. */
    private static final int MOST_IN_VAIN = 3;

    private final Launcher launcher;
    private final Workers workers;
    private final Leases leases;
    private final AttemptEndings endings;
    private final Staffing staffing;
    private final FailPoints failPoints;
    private final LaunchSettings settings;
    private final RunSettings runs;
    /** Rounds in a row in which a worker without an attempt was found silent or missing. */
    private final Map<UUID, Integer> silent = new HashMap<>();
    /** Workers that have ended and whose output was not to be had: what others printed is asked for first. */
    private final Set<UUID> withheld = new HashSet<>();
    /** How often this comparison has asked for output in vain. */
    private int inVain;

    WorkerComparison(
            Launcher launcher,
            Workers workers,
            Leases leases,
            AttemptEndings endings,
            Staffing staffing,
            FailPoints failPoints,
            LaunchSettings settings,
            RunSettings runs) {
        this.launcher = launcher;
        this.workers = workers;
        this.leases = leases;
        this.endings = endings;
        this.staffing = staffing;
        this.failPoints = failPoints;
        this.settings = settings;
        this.runs = runs;
    }

    /** An outage says nothing about workers: what was counted before it does not count after it. */
    void forgetMisses() {
        silent.clear();
    }

    /**
     * Compares.
     *
     * @param discover whether to look for workers without rows too
     */
    void compare(boolean discover) {
        inVain = 0;
        // Workers first: one whose row is made after this look is not taken for an orphan.
        Map<UUID, String> existing = discover ? launcher.discover() : Map.of();
        workers.comparing(launcher.kind(), launcher.installation());
        List<Living> rows = workers.living(launcher.kind(), launcher.installation()).stream()
                .sorted(Comparator.comparing(row -> withheld.contains(row.id())))
                .toList();
        for (Living row : rows) {
            String externalId = row.externalId();
            if (externalId == null) {
                externalId = (discover ? existing : launcher.discover()).get(row.id());
                if (externalId != null) {
                    failPoints.pass(FailPoint.WORKER_FOUND);
                    workers.launched(row.id(), externalId);
                    log.info("worker {} was launched before its row knew: found as {}", row.id(), externalId);
                }
            }
            judge(row, externalId, launcher.look(row.id(), externalId));
        }
        Set<UUID> known = rows.stream().map(Living::id).collect(Collectors.toSet());
        silent.keySet().retainAll(known);
        withheld.retainAll(known);
        existing.forEach((worker, externalId) -> {
            if (!known.contains(worker)) {
                log.info("stopping worker {} ({}), which has no living row", worker, externalId);
                failPoints.pass(FailPoint.ORPHAN_FOUND);
                launcher.kill(externalId);
                failPoints.pass(FailPoint.ORPHAN_KILLED);
            }
        });
    }

    private void judge(Living row, @Nullable String externalId, Sighting sighting) {
        switch (sighting.phase()) {
            case ENDED, GONE -> bury(row, externalId, sighting);
            case WAITING -> {
                silent.remove(row.id());
                workers.waits(row.id(), sighting.message());
            }
            case RUNNING -> {
                workers.runs(row.id());
                if (row.seen()) {
                    staffing.workerCame(row.resourceClass());
                }
                if (isGivenUp(row)) {
                    log.warn(
                            "worker {} has given no sign of life for {} s and is ended",
                            row.id(),
                            row.silentFor().toSeconds());
                    if (externalId != null) {
                        failPoints.pass(FailPoint.SILENT_WORKER_FOUND);
                        launcher.kill(externalId);
                        failPoints.pass(FailPoint.SILENT_WORKER_KILLED);
                    }
                }
            }
            case MISSING -> {
                if (isGivenUp(row)) {
                    bury(row, externalId, sighting);
                }
            }
        }
    }

    /** While it has an attempt, the lease of that decides. */
    private boolean isGivenUp(Living row) {
        Duration leasesLong = runs.lease().multipliedBy(SILENT_AFTER_LEASES);
        Duration limit = leasesLong.compareTo(SHORTEST_SILENCE) < 0 ? SHORTEST_SILENCE : leasesLong;
        if (row.busy() || row.silentFor().compareTo(limit) < 0) {
            silent.remove(row.id());
            return false;
        }
        return silent.merge(row.id(), 1, Integer::sum) >= settings.missedRounds();
    }

    /**
     * A worker is no more: its attempts end at once, then its row, and last what remains of it. Another round tries again where
     * what it printed is not to be had yet.
     */
    private void bury(Living row, @Nullable String externalId, Sighting sighting) {
        MDC.put("worker", row.id().toString());
        try {
            int code = sighting.exitCode().orElse(-1);
            boolean left = Departures.isOrderly(sighting);
            FailureClass failure = Departures.failureOf(sighting);
            String reason = Departures.reason(row.id(), externalId, sighting);
            if (inVain >= MOST_IN_VAIN) {
                return;
            }
            String output;
            try {
                output = launcher.output(row.id(), externalId).orElse(null);
            } catch (LauncherUnavailableException e) {
                // A node that does not answer holds up the end of its own workers, and that of others for a few rounds
                // at most.
                inVain++;
                withheld.add(row.id());
                log.debug("its end waits for another round: {}", e.getMessage());
                return;
            }
            failPoints.pass(FailPoint.DEATH_SEEN);
            for (AttemptRef attempt : leases.of(row.id())) {
                endings.lose(attempt, failure, reason, ACTOR);
                failPoints.pass(FailPoint.ATTEMPTS_LOST);
            }
            Workers.Epitaph epitaph = new Workers.Epitaph(
                    left ? Workers.End.LEFT : Workers.End.LOST, reason, left ? null : failure.name(), output);
            if (workers.end(row.id(), epitaph)) {
                log.info("worker {} ended: {}", row.id(), reason);
                if (!left && !row.seen()) {
                    staffing.workerNeverCame(row.id(), row.resourceClass(), reason);
                }
            }
            failPoints.pass(FailPoint.WORKER_ENDED);
            if (externalId != null) {
                launcher.forget(row.id(), externalId);
                failPoints.pass(FailPoint.WORKER_FORGOTTEN);
            }
        } finally {
            MDC.remove("worker");
        }
    }

    /** Every worker is told to checkpoint and leave, given time, and what is left is ended. */
    void stopWorkers(Duration grace) {
        List<Living> rows = workers.living(launcher.kind(), launcher.installation());
        for (Living row : rows) {
            workers.drain(row.id());
            failPoints.pass(FailPoint.DRAIN_NOTED);
            if (row.externalId() != null) {
                launcher.terminate(row.externalId());
            }
        }
        failPoints.pass(FailPoint.WORKERS_TOLD);
        WorkerStop.await(launcher, rows, grace, failPoints);
        inVain = 0;
        for (Living row : rows) {
            Sighting last = launcher.look(row.id(), row.externalId());
            if (last.phase() == Phase.ENDED || last.phase() == Phase.GONE) {
                bury(row, row.externalId(), Departures.preempted(last));
            }
        }
    }
}
