package io.bitfrontier.service.launch;

import io.bitfrontier.service.run.Demand;
import io.bitfrontier.service.run.Leases;
import io.bitfrontier.service.worker.Token;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.service.worker.Workers.Living;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Launches workers while READY runs wait that no idle worker will take: the row first, then the process. */
@Component
class Staffing {
    private static final Logger log = LoggerFactory.getLogger(Staffing.class);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private final Launcher launcher;
    private final Workers workers;
    private final Leases leases;
    private final Demand demand;
    private final ServiceAddress address;
    private final Clock clock;
    private @Nullable UUID launching;
    private int failedStarts;
    private Instant notBefore = Instant.MIN;

    Staffing(Launcher launcher, Workers workers, Leases leases, Demand demand, ServiceAddress address, Clock clock) {
        this.launcher = launcher;
        this.workers = workers;
        this.leases = leases;
        this.demand = demand;
        this.address = address;
        this.clock = clock;
    }

    void staff() {
        int ready = demand.readyByClass().getOrDefault(launcher.resourceClass(), 0);
        List<Living> living = workers.living(launcher.kind(), launcher.installation());
        long idle = living.stream()
                .filter(worker -> leases.of(worker.id()).isEmpty())
                .count();
        long wanted = Math.min(ready - idle, launcher.capacity() - living.size());
        if (wanted <= 0 || clock.instant().isBefore(notBefore)) {
            return;
        }
        for (int i = 0; i < wanted; i++) {
            launch();
        }
    }

    private void launch() {
        UUID id = UUID.randomUUID();
        Token token = Token.generate();
        launching = id;
        try {
            workers.register(id, launcher.kind(), launcher.installation(), launcher.resourceClass(), token);
            String externalId = launcher.launch(new Launcher.Launch(id, address.get(), token.secret()));
            workers.launched(id, externalId);
            log.info("worker {} launched as {}", id, externalId);
        } catch (IOException e) {
            log.warn("worker {} could not be launched: {}", id, e.getMessage());
            workers.end(id, Workers.End.LOST, "could not be launched: " + e.getMessage());
            workerNeverCame(id);
        } finally {
            launching = null;
        }
    }

    boolean isLaunching(UUID worker) {
        return worker.equals(launching);
    }

    /** A worker died before it asked for work: launching more of them at once would not help. */
    void workerNeverCame(UUID worker) {
        failedStarts++;
        Duration wait = Duration.ofSeconds(1L << Math.min(failedStarts, 10));
        notBefore = clock.instant().plus(wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait);
        log.warn(
                "worker {} died before it asked for work, {} in a row; {}; the next start is not before {}",
                worker,
                failedStarts,
                launcher.hint(worker),
                notBefore);
    }

    void workerCame() {
        failedStarts = 0;
    }
}
