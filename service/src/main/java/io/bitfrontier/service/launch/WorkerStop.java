package io.bitfrontier.service.launch;

import io.bitfrontier.service.failpoint.FailPoint;
import io.bitfrontier.service.failpoint.FailPoints;
import io.bitfrontier.service.worker.Workers.Living;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for workers to leave and ends those that do not. */
final class WorkerStop {
    private static final Logger log = LoggerFactory.getLogger(WorkerStop.class);
    private static final long LOOK_EVERY_MILLIS = 50;
    private static final Duration AFTER_KILL = Duration.ofSeconds(2);

    private WorkerStop() {}

    static void await(Launcher launcher, List<Living> workers, Duration grace, FailPoints failPoints) {
        if (awaitGone(launcher, workers, grace)) {
            return;
        }
        for (Living worker : workers) {
            if (worker.externalId() != null && isAlive(launcher, worker)) {
                log.warn("worker {} did not leave within {} s and is ended", worker.id(), grace.toSeconds());
                failPoints.pass(FailPoint.STRAGGLER_FOUND);
                launcher.kill(worker.externalId());
                failPoints.pass(FailPoint.STRAGGLER_KILLED);
            }
        }
        awaitGone(launcher, workers, AFTER_KILL);
    }

    private static boolean awaitGone(Launcher launcher, List<Living> workers, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (workers.stream().anyMatch(worker -> isAlive(launcher, worker))) {
            if (System.nanoTime() >= deadline) {
                return false;
            }
            try {
                Thread.sleep(LOOK_EVERY_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    static boolean isAlive(Launcher launcher, Living worker) {
        return switch (launcher.look(worker.id(), worker.externalId()).phase()) {
            case WAITING, RUNNING -> true;
            case MISSING, ENDED, GONE -> false;
        };
    }
}
