package io.bitfrontier.service.launch;

import static io.bitfrontier.service.testing.RunBuilder.aRun;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bitfrontier.service.run.AttemptToken;
import io.bitfrontier.service.testing.RunBuilder.Seeded;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReconcilerTest extends ReconcilerFixture {
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
    void aWorkerWithoutARowIsStopped() {
        launcher.existing.put(UUID.randomUUID(), "orphan");
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

    private void age(UUID worker, int seconds) {
        jdbc.sql("UPDATE worker SET created_at = clock_timestamp() - make_interval(secs => :seconds) WHERE id = :id")
                .param("seconds", seconds)
                .param("id", worker)
                .update();
    }

    private static void atOnce(int replicas, IntConsumer work) throws Exception {
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
}
