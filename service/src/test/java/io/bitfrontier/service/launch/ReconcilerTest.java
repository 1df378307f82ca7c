package io.bitfrontier.service.launch;

import static io.bitfrontier.service.testing.RunBuilder.aRun;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.bitfrontier.service.worker.Token;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
    private Demand demand;

    @Autowired
    private ServiceAddress address;

    @Autowired
    private Claims claims;

    @Autowired
    private Turns turns;

    @Autowired
    private RunSettings runSettings;

    private long nanoTime;
    private final FakeLauncher launcher = new FakeLauncher();
    private Reconciler reconciler;

    @BeforeEach
    void restartTheService() {
        reconciler = aReplica();
    }

    private Reconciler aReplica() {
        LaunchSettings settings = new LaunchSettings("local", Duration.ofSeconds(2), 3, Duration.ZERO, null);
        Staffing staffing = new Staffing(launcher, workers, demand, address, FailPoints.NONE, () -> nanoTime);
        WorkerComparison comparison = new WorkerComparison(
                launcher, workers, leases, endings, staffing, FailPoints.NONE, settings, runSettings);
        return new Reconciler(
                launcher, comparison, workers, leases, endings, dependants, staffing, turns, settings, runSettings);
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
    void aWorkerThatStillWaitsForANodeIsWithdrawnWhenNoRunWaitsForIt() {
        Seeded run = aRun().insert(jdbc);
        reconciler.round();
        UUID worker = onlyWorker();
        launcher.sightings.put(worker, Launcher.Sighting.waiting("0/3 nodes are available"));
        reconciler.round();
        age(worker, 60);
        reconciler.round();
        assertThat(workerState(worker)).as("its run still waits").isEqualTo("LAUNCHING");

        jdbc.sql("UPDATE sweep_run SET state = 'PLANNED' WHERE run_id = ?")
                .param(run.run())
                .update();
        age(worker, 5);
        reconciler.round();
        assertThat(workerState(worker)).as("another sweep may come").isEqualTo("LAUNCHING");
        age(worker, 60);
        reconciler.round();
        assertThat(workerState(worker)).isEqualTo("LEFT");
        reconciler.round();
        assertThat(launcher.existing).as("what it had launched").isEmpty();
    }

    @Test
    void aWorkerThatHasComeIsNotWithdrawn() {
        Seeded run = aRun().insert(jdbc);
        reconciler.round();
        UUID worker = onlyWorker();
        claim(worker);
        jdbc.sql("UPDATE sweep_run SET state = 'PLANNED' WHERE run_id = ?")
                .param(run.run())
                .update();

        assertThat(workers.withdraw(worker, "no run waits for it any more")).isFalse();
        assertThat(workerState(worker)).isEqualTo("ACTIVE");
    }

    private void age(UUID worker, int seconds) {
        jdbc.sql("UPDATE worker SET created_at = clock_timestamp() - make_interval(secs => :seconds) WHERE id = :id")
                .param("seconds", seconds)
                .param("id", worker)
                .update();
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
                FailureClass.USER,
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
        workers.register(new Workers.Registration(worker, "local", "test", "local", 0, Token.generate()), 10);
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
        workers.register(new Workers.Registration(worker, "local", "test", "local", 0, Token.generate()), 10);
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
        for (int i = 0; i < 5; i++) {
            reconciler.round();
        }
        assertThat(stateOf(run)).as("rounds in quick succession").isEqualTo("RUNNING");
        aLaterRound();
        assertThat(stateOf(run)).isEqualTo("RUNNING");
        reconciler.forgetMisses();
        aLaterRound();
        aLaterRound();
        assertThat(stateOf(run)).as("an outage starts the count again").isEqualTo("RUNNING");
        aLaterRound();
        assertThat(stateOf(run)).isEqualTo("READY");
    }

    /** A round after the time between two periodic ones. */
    private void aLaterRound() {
        jdbc.sql("UPDATE attempt SET missed_at = missed_at - interval '2 seconds'")
                .update();
        reconciler.round();
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

    @Test
    void theWindowIsKeptHoweverManyReplicasStaffAtOnce() throws Exception {
        for (int i = 0; i < 8; i++) {
            aRun().insert(jdbc);
        }
        atOnce(3, replica -> aReplica().round());
        assertThat(jdbc.sql("SELECT count(*) FROM worker").query(Integer.class).single())
                .isEqualTo(launcher.capacity);
    }

    @Test
    void aPlatformThatDoesNotAnswerChangesNothingAndLeasesGoOn() {
        Seeded run = aRun().insert(jdbc);
        Seeded silent = aRun().insert(jdbc);
        reconciler.round();
        List<UUID> both = List.copyOf(launcher.existing.keySet());
        claim(both.get(0));
        Assignment lost = claim(both.get(1));
        launcher.existing.clear();
        launcher.unavailable = true;
        jdbc.sql("UPDATE attempt SET lease_expires_at = now() - interval '1 second' WHERE id = ?")
                .param(lost.attemptId())
                .update();
        for (int i = 0; i < 4; i++) {
            assertThatThrownBy(this::aLaterRound).isInstanceOf(LauncherUnavailableException.class);
        }
        assertThat(List.of(stateOf(run), stateOf(silent))).containsExactlyInAnyOrder("RUNNING", "READY");
        assertThat(jdbc.sql("SELECT count(*) FROM worker WHERE state = 'ACTIVE'")
                        .query(Integer.class)
                        .single())
                .isEqualTo(2);
    }

    @Test
    void anOutageOfThePlatformLetsTheLoopCountLeases() throws Exception {
        Seeded run = aRun().insert(jdbc);
        reconciler.round();
        claim(onlyWorker());
        launcher.unavailable = true;
        jdbc.sql("UPDATE attempt SET lease_expires_at = now() - interval '1 second'")
                .update();
        LaunchSettings often = new LaunchSettings("local", Duration.ofMillis(50), 3, Duration.ZERO, null);
        ReconcileLoop loop = new ReconcileLoop(reconciler, new ReconcileHealth(), often, launcher);
        loop.start();
        try {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (stateOf(run).equals("RUNNING") && System.nanoTime() < deadline) {
                jdbc.sql("UPDATE attempt SET missed_at = missed_at - interval '2 seconds'")
                        .update();
                TimeUnit.MILLISECONDS.sleep(20);
            }
            assertThat(stateOf(run)).isEqualTo("READY");
        } finally {
            launcher.unavailable = false;
            loop.stop();
        }
    }

    @Test
    void aLogThatIsNotToBeHadHoldsUpItsOwnWorkerAlone() {
        Seeded first = aRun().insert(jdbc);
        reconciler.round();
        UUID dead = onlyWorker();
        claim(dead);
        launcher.exit(dead, 1);
        launcher.withheld.add(dead);
        aRun().insert(jdbc);
        reconciler.round();
        assertThat(workerState(dead)).isEqualTo("ACTIVE");
        assertThat(launcher.existing).as("another worker is launched meanwhile").hasSize(1);

        launcher.withheld.clear();
        reconciler.round();
        assertThat(workerState(dead)).isEqualTo("LOST");
        assertThat(stateOf(first)).isEqualTo("READY");
    }

    @Test
    void whatAWaitingWorkerWaitsForIsNotedUntilItRuns() {
        aRun().insert(jdbc);
        reconciler.round();
        UUID worker = onlyWorker();
        launcher.sightings.put(worker, Launcher.Sighting.waiting("0/3 nodes have enough memory"));
        reconciler.round();
        assertThat(noteOf(worker)).isEqualTo("0/3 nodes have enough memory");
        launcher.sightings.remove(worker);
        reconciler.round();
        assertThat(noteOf(worker)).isNull();
    }

    @Test
    void aWorkerThatWaitedLongIsGivenTheTimeToStart() {
        aRun().insert(jdbc);
        reconciler.round();
        UUID worker = onlyWorker();
        jdbc.sql("UPDATE worker SET created_at = created_at - interval '1 day'").update();
        launcher.sightings.put(worker, Launcher.Sighting.waiting("waits to be admitted by queue gpus"));
        reconciler.round();
        launcher.sightings.remove(worker);
        for (int round = 0; round < 5; round++) {
            reconciler.round();
        }
        assertThat(launcher.existing).containsKey(worker);

        jdbc.sql("UPDATE worker SET waited_at = waited_at - interval '1 day'").update();
        for (int round = 0; round < 3; round++) {
            assertThat(launcher.existing).containsKey(worker);
            reconciler.round();
        }
        assertThat(launcher.existing).doesNotContainKey(worker);
    }

    @Test
    void whatThePlatformKnowsGoesBeforeTheExitCodeAndTheOutputIsKept() {
        Seeded run = aRun().insert(jdbc);
        reconciler.round();
        UUID worker = onlyWorker();
        claim(worker);
        launcher.existing.remove(worker);
        launcher.sightings.put(
                worker,
                new Launcher.Sighting(
                        Launcher.Phase.ENDED, OptionalInt.of(137), FailureClass.OUT_OF_MEMORY, "memory ran out"));
        reconciler.round();
        assertThat(jdbc.sql("SELECT failure_class FROM attempt")
                        .query(String.class)
                        .single())
                .isEqualTo("OUT_OF_MEMORY");
        assertThat(stateOf(run)).isEqualTo("READY");
        assertThat(jdbc.sql("SELECT output FROM worker WHERE id = ?")
                        .param(worker)
                        .query(String.class)
                        .single())
                .isEqualTo("printed by " + worker);
        assertThat(launcher.forgotten).containsExactly(worker);
    }

    @Test
    void aWorkerGetsNoMoreRunsThanItsClassAllows() {
        launcher.runsPerWorker = 1;
        launcher.capacity = 1;
        Seeded run = aRun().insert(jdbc);
        aRun().insert(jdbc);
        reconciler.round();
        UUID worker = onlyWorker();
        Assignment attempt = claim(worker);
        endings.fail(
                new io.bitfrontier.service.run.AttemptRef(attempt.attemptId(), attempt.runId(), worker),
                FailureClass.USER,
                "bad");
        assertThat(stateOf(run)).isEqualTo("FAILED");
        assertThatThrownBy(() -> workers.seen(worker)).hasMessageContaining("gets no more work");
        assertThatThrownBy(() -> claims.claim(
                        worker, "local", new ClaimRequest(null, null), new AttemptToken("t", "0".repeat(64))))
                .hasMessageContaining("gets no more work");
        assertThat(jdbc.sql("SELECT count(*) FROM attempt").query(Integer.class).single())
                .isEqualTo(1);
    }

    @Test
    void anAttemptThatRunsLongerThanItMayHasTimedOut() {
        Seeded run = aRun().insert(jdbc);
        reconciler.round();
        claim(onlyWorker());
        jdbc.sql("UPDATE attempt SET deadline_at = now() - interval '1 second'").update();
        reconciler.round();
        assertThat(jdbc.sql("SELECT failure_class FROM attempt")
                        .query(String.class)
                        .single())
                .isEqualTo("TIMEOUT");
        assertThat(stateOf(run)).isEqualTo("READY");
    }

    @Test
    void theLeasesOfAnotherInstallationsWorkersExpireAndItsIdleWorkersAreGivenUp() {
        UUID stranger = UUID.randomUUID();
        workers.register(new Workers.Registration(stranger, "local", "another home", "local", 0, Token.generate()), 10);
        workers.comparing("local", "another home");
        launcher.capacity = 0;
        reconciler.round();
        assertThat(workerState(stranger)).isEqualTo("LAUNCHING");
        jdbc.sql("UPDATE installation SET compared_at = compared_at - interval '1 day' WHERE launched_by LIKE 'a%'")
                .update();
        jdbc.sql("UPDATE worker SET created_at = created_at - interval '1 day'").update();
        aReplica().round();
        assertThat(workerState(stranger)).isEqualTo("LOST");
    }

    private static void atOnce(int replicas, java.util.function.IntConsumer work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(replicas);
        try {
            CyclicBarrier start = new CyclicBarrier(replicas);
            List<Future<?>> all = new ArrayList<>();
            for (int replica = 0; replica < replicas; replica++) {
                int number = replica;
                all.add(threads.submit(() -> {
                    start.await();
                    work.accept(number);
                    return true;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private @Nullable String noteOf(UUID worker) {
        return jdbc.sql("SELECT note FROM worker WHERE id = ?")
                .param(worker)
                .query((row, n) -> Optional.ofNullable(row.getString(1)))
                .single()
                .orElse(null);
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
