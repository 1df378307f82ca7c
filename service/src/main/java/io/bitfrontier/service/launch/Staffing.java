package io.bitfrontier.service.launch;

import io.bitfrontier.service.failpoint.FailPoint;
import io.bitfrontier.service.failpoint.FailPoints;
import io.bitfrontier.service.launch.Launcher.ResourceClass;
import io.bitfrontier.service.run.Demand;
import io.bitfrontier.service.worker.Token;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.service.worker.Workers.Living;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Launches workers of each resource class while READY runs of it wait that no idle worker will take: the row first, then the
 * process or Job.
 */
@Component
class Staffing {
    private static final Logger log = LoggerFactory.getLogger(Staffing.class);

    /**
     * A worker that runs finds nothing to do and leaves by itself; one that waits for a node would have a node made for nothing. It
     * is kept this long, since the next sweep may come.
     */
    private static final Duration NO_LONGER_WANTED = Duration.ofSeconds(30);

    private final Launcher launcher;
    private final Workers workers;
    private final Demand demand;
    private final ServiceAddress address;
    private final FailPoints failPoints;
    private final LongSupplier nanoTime;
    private final Map<String, StartBackOff> backOffs = new HashMap<>();
    private boolean withdrawn;

    @Autowired
    Staffing(Launcher launcher, Workers workers, Demand demand, ServiceAddress address, FailPoints failPoints) {
        this(launcher, workers, demand, address, failPoints, System::nanoTime);
    }

    Staffing(
            Launcher launcher,
            Workers workers,
            Demand demand,
            ServiceAddress address,
            FailPoints failPoints,
            LongSupplier nanoTime) {
        this.failPoints = failPoints;
        this.launcher = launcher;
        this.workers = workers;
        this.demand = demand;
        this.address = address;
        this.nanoTime = nanoTime;
    }

    /** Whether the last time has withdrawn workers, which a discovery removes. */
    boolean hasWithdrawn() {
        return withdrawn;
    }

    /** Launches who is missing, and withdraws who waits for nothing. */
    void staff() {
        withdrawn = false;
        Map<String, Integer> ready = demand.readyByClass();
        List<Living> living = workers.living(launcher.kind(), launcher.installation());
        for (ResourceClass resources : launcher.classes().values()) {
            long there = 0;
            long idle = 0;
            for (Living worker : living) {
                if (worker.resourceClass().equals(resources.name())) {
                    there++;
                    idle += worker.busy() || worker.spent() ? 0 : 1;
                }
            }
            long surplus = idle - ready.getOrDefault(resources.name(), 0);
            living.stream()
                    .filter(worker -> worker.resourceClass().equals(resources.name()))
                    .filter(worker -> worker.waiting() && worker.age().compareTo(NO_LONGER_WANTED) >= 0)
                    .limit(Math.max(0, surplus))
                    .forEach(this::withdraw);
            long wanted = Math.min(ready.getOrDefault(resources.name(), 0) - idle, resources.capacity() - there);
            for (long i = 0; i < wanted && backOff(resources.name()).mayStart(); i++) {
                if (!launch(resources)) {
                    break;
                }
            }
        }
    }

    /** Its row alone: what it had launched has no living row then, and the next round removes it as every such thing. */
    private void withdraw(Living worker) {
        if (workers.withdraw(worker.id(), "no run waits for it any more")) {
            withdrawn = true;
            log.info("worker {} of class {} is not wanted any more", worker.id(), worker.resourceClass());
        }
    }

    private boolean launch(ResourceClass resources) {
        UUID id = UUID.randomUUID();
        Token token = Token.generate();
        boolean room = workers.register(
                new Workers.Registration(
                        id,
                        launcher.kind(),
                        launcher.installation(),
                        resources.name(),
                        resources.runsPerWorker(),
                        token),
                resources.capacity());
        if (!room) {
            log.debug("no room for another worker of class {}: another replica was first", resources.name());
            return false;
        }
        failPoints.pass(FailPoint.WORKER_ROW_STORED);
        try {
            String externalId =
                    launcher.launch(new Launcher.Launch(id, resources.name(), address.get(), token.secret()));
            failPoints.pass(FailPoint.WORKER_LAUNCHED);
            workers.launched(id, externalId);
            failPoints.pass(FailPoint.WORKER_LAUNCH_NOTED);
            log.info("worker {} of class {} launched as {}", id, resources.name(), externalId);
            return true;
        } catch (IOException e) {
            failPoints.pass(FailPoint.LAUNCH_REFUSED);
            String reason = "could not be launched: " + e.getMessage();
            workers.end(id, new Workers.Epitaph(Workers.End.LOST, reason, FailureClass.PLATFORM.name(), null));
            failPoints.pass(FailPoint.LAUNCH_REFUSAL_NOTED);
            workerNeverCame(id, resources.name(), reason);
            return false;
        } catch (LauncherUnavailableException e) {
            // Whether it exists is not known: its row stays until somebody has looked.
            backOff(resources.name()).failed();
            throw e;
        }
    }

    private StartBackOff backOff(String resourceClass) {
        return backOffs.computeIfAbsent(resourceClass, name -> new StartBackOff(nanoTime));
    }

    void workerNeverCame(UUID worker, String resourceClass, String reason) {
        StartBackOff backOff = backOff(resourceClass);
        int failures = backOff.failed();
        log.warn(
                "worker {} of class {} died before it asked for work, {} in a row; {}; the next start waits {} s",
                worker,
                resourceClass,
                failures,
                reason,
                backOff.currentWait().toSeconds());
    }

    void workerCame(String resourceClass) {
        backOff(resourceClass).came();
    }
}
