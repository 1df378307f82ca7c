package io.bitfrontier.service.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.failpoint.FailPoints;
import io.bitfrontier.service.run.AttemptEndings;
import io.bitfrontier.service.run.AttemptToken;
import io.bitfrontier.service.run.Claims;
import io.bitfrontier.service.run.Demand;
import io.bitfrontier.service.run.Dependants;
import io.bitfrontier.service.run.Leases;
import io.bitfrontier.service.run.RunSettings;
import io.bitfrontier.service.testing.RunBuilder.Seeded;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A service and its database, over a platform that a test plays. */
@ServiceTest
abstract class ReconcilerFixture {
    @Autowired
    JdbcClient jdbc;

    @Autowired
    Workers workers;

    @Autowired
    Leases leases;

    @Autowired
    AttemptEndings endings;

    @Autowired
    Dependants dependants;

    @Autowired
    Demand demand;

    @Autowired
    ServiceAddress address;

    @Autowired
    Claims claims;

    @Autowired
    Turns turns;

    @Autowired
    RunSettings runSettings;

    long nanoTime;
    final FakeLauncher launcher = new FakeLauncher();
    Reconciler reconciler;

    @BeforeEach
    void restartTheService() {
        reconciler = aReplica();
    }

    Reconciler aReplica() {
        LaunchSettings settings = new LaunchSettings("local", Duration.ofSeconds(2), 3, Duration.ZERO, null);
        Staffing staffing = new Staffing(launcher, workers, demand, address, FailPoints.NONE, () -> nanoTime);
        WorkerComparison comparison = new WorkerComparison(
                launcher, workers, leases, endings, staffing, FailPoints.NONE, settings, runSettings);
        return new Reconciler(
                launcher, comparison, workers, leases, endings, dependants, staffing, turns, settings, runSettings);
    }

    UUID onlyWorker() {
        assertThat(launcher.existing).hasSize(1);
        return launcher.existing.keySet().iterator().next();
    }

    Assignment claim(UUID worker) {
        workers.seen(worker);
        return claims.claim(worker, "local", new ClaimRequest(null, null), new AttemptToken("t", "0".repeat(64)))
                .orElseThrow();
    }

    String stateOf(Seeded run) {
        return jdbc.sql("SELECT state FROM run WHERE id = ?")
                .param(run.run())
                .query(String.class)
                .single();
    }

    String workerState(UUID worker) {
        return jdbc.sql("SELECT state FROM worker WHERE id = ?")
                .param(worker)
                .query(String.class)
                .single();
    }
}
