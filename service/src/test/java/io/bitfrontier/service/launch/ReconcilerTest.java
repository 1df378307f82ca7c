package io.bitfrontier.service.launch;

import static io.bitfrontier.service.testing.RunBuilder.aRun;
import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.run.AttemptEndings;
import io.bitfrontier.service.run.AttemptToken;
import io.bitfrontier.service.run.CheckpointRetention;
import io.bitfrontier.service.run.Claims;
import io.bitfrontier.service.run.Demand;
import io.bitfrontier.service.run.Dependants;
import io.bitfrontier.service.run.Leases;
import io.bitfrontier.service.testing.RunBuilder.Seeded;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.worker.Token;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@ServiceTest
class ReconcilerTest {
    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Workers workers;

    @Autowired
    private Leases leases;

    @Autowired
    private AttemptEndings endings;

    @Autowired
    private Dependants dependants;

    @Autowired
    private CheckpointRetention retention;

    @Autowired
    private Demand demand;

    @Autowired
    private ServiceAddress address;

    @Autowired
    private Claims claims;

    private final FakeLauncher launcher = new FakeLauncher();
    private Reconciler reconciler;

    @BeforeEach
    void restartTheService() {
        LaunchSettings settings = new LaunchSettings(Duration.ofSeconds(2), 3, Duration.ZERO, null);
        Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
        Staffing staffing = new Staffing(launcher, workers, leases, demand, address, clock);
        reconciler = new Reconciler(launcher, workers, leases, endings, dependants, retention, staffing, settings);
    }

    @Test
    void asManyWorkersAreLaunchedAsRunsWaitAndCapacityAllows() {
        reconciler.round();
        assertThat(launcher.existing).isEmpty();
        aRun().insert(jdbc);
        reconciler.round();
        assertThat(launcher.existing).hasSize(1);
        reconciler.round();
        assertThat(launcher.existing).as("an idle worker will take it").hasSize(1);
        for (int i = 0; i < 5; i++) {
            aRun().insert(jdbc);
        }
        reconciler.round();
        assertThat(launcher.existing).as("capacity").hasSize(2);
    }

    @Test
    void theRunOfADeadWorkerIsGivenBackAtOnceWithAReason() {
        Seeded run = aRun().insert(jdbc);
        reconciler.round();
        UUID worker = onlyWorker();
        claim(worker);
        launcher.exit(worker, 137);
        reconciler.round();
        assertThat(stateOf(run)).isEqualTo("READY");
        assertThat(jdbc.sql("SELECT reason FROM run_transition WHERE event = 'LOST'")
                        .query(String.class)
                        .single())
                .contains(worker.toString())
                .contains("signal 9");
        assertThat(workerState(worker)).isEqualTo("LOST");
        assertThat(launcher.existing).as("another takes its place").hasSize(1);
    }

    @Test
    void aWorkerThatLeavesInOrderIsNoLoss() {
        aRun().insert(jdbc);
        reconciler.round();
        UUID worker = onlyWorker();
        Assignment attempt = claim(worker);
        endings.fail(
                new io.bitfrontier.service.run.AttemptRef(attempt.attemptId(), attempt.runId(), worker),
                io.bitfrontier.vocabulary.protocol.FailureClass.USER,
                "bad");
        launcher.exit(worker, 0);
        reconciler.round();
        assertThat(workerState(worker)).isEqualTo("LEFT");
    }

    @Test
    void aRestartedServiceGoesOnWithSurvivorsAndBuriesTheDead() {
        Seeded kept = aRun().insert(jdbc);
        Seeded lost = aRun().insert(jdbc);
        reconciler.round();
        List<UUID> both = List.copyOf(launcher.existing.keySet());
        claim(both.get(0));
        claim(both.get(1));
        restartTheService();
        launcher.vanish(both.get(1));
        launcher.capacity = 0;
        reconciler.round();
        assertThat(stateOf(kept)).isEqualTo("RUNNING");
        assertThat(stateOf(lost)).isEqualTo("READY");
        assertThat(workerState(both.get(0))).isEqualTo("ACTIVE");
    }

    @Test
    void aWorkerLaunchedByAServiceThatDiedBeforeNotingItIsFound() {
        UUID worker = UUID.randomUUID();
        workers.register(worker, "local", "test", "local", Token.generate());
        launcher.existing.put(worker, "fake-found");
        reconciler.round();
        assertThat(jdbc.sql("SELECT external_id FROM worker")
                        .query(String.class)
                        .single())
                .isEqualTo("fake-found");
        assertThat(workerState(worker)).isEqualTo("LAUNCHING");
    }

    @Test
    void aRowWhoseWorkerWasNeverLaunchedIsEnded() {
        UUID worker = UUID.randomUUID();
        workers.register(worker, "local", "test", "local", Token.generate());
        reconciler.round();
        assertThat(workerState(worker)).isEqualTo("LOST");
    }

    @Test
    void aWorkerWithoutARowIsStopped() {
        launcher.existing.put(UUID.randomUUID(), "orphan");
        reconciler.round();
        assertThat(launcher.existing).isEmpty();
    }

    @Test
    void aFrozenWorkersRunIsGivenAwayOnlyAfterItsLeaseAndSeveralRounds() {
        launcher.capacity = 1;
        Seeded run = aRun().insert(jdbc);
        reconciler.round();
        claim(onlyWorker());
        jdbc.sql("UPDATE attempt SET lease_expires_at = now() - interval '1 second'")
                .update();
        reconciler.round();
        reconciler.round();
        assertThat(stateOf(run)).isEqualTo("RUNNING");
        reconciler.forgetMisses();
        reconciler.round();
        reconciler.round();
        assertThat(stateOf(run)).as("an outage starts the count again").isEqualTo("RUNNING");
        reconciler.round();
        assertThat(stateOf(run)).isEqualTo("READY");
    }

    @Test
    void workersThatDieBeforeTheyAskForWorkAreNotLaunchedInALoop() {
        aRun().insert(jdbc);
        reconciler.round();
        launcher.exit(onlyWorker(), 1);
        reconciler.round();
        assertThat(launcher.existing).isEmpty();
    }

    @Test
    void stoppingTheServicePreemptsItsWorkers() {
        Seeded run = aRun().insert(jdbc);
        reconciler.round();
        UUID worker = onlyWorker();
        claim(worker);
        reconciler.stopWorkers();
        assertThat(launcher.existing).isEmpty();
        assertThat(stateOf(run)).isEqualTo("READY");
        assertThat(jdbc.sql("SELECT failure_class FROM attempt")
                        .query(String.class)
                        .single())
                .isEqualTo("PREEMPTED");
    }

    private UUID onlyWorker() {
        assertThat(launcher.existing).hasSize(1);
        return launcher.existing.keySet().iterator().next();
    }

    private Assignment claim(UUID worker) {
        workers.seen(worker);
        return claims.claim(worker, "local", new ClaimRequest(null, null), new AttemptToken("t", "0".repeat(64)))
                .orElseThrow();
    }

    private String stateOf(Seeded run) {
        return jdbc.sql("SELECT state FROM run WHERE id = ?")
                .param(run.run())
                .query(String.class)
                .single();
    }

    private String workerState(UUID worker) {
        return jdbc.sql("SELECT state FROM worker WHERE id = ?")
                .param(worker)
                .query(String.class)
                .single();
    }
}
