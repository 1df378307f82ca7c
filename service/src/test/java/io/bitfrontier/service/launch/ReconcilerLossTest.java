package io.bitfrontier.service.launch;

import static io.bitfrontier.service.testing.RunBuilder.aRun;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bitfrontier.service.testing.RunBuilder.Seeded;
import io.bitfrontier.service.worker.Token;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is made of workers that die, freeze or were never launched, and of a platform that does not answer. */
class ReconcilerLossTest extends ReconcilerFixture {
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
    void theLogsOfALostNodeDoNotHoldUpTheEndOfWorkersElsewhere() {
        launcher.capacity = 6;
        for (int i = 0; i < 6; i++) {
            aRun().insert(jdbc);
        }
        reconciler.round();
        List<UUID> dead = List.copyOf(launcher.existing.keySet());
        launcher.capacity = 0;
        dead.forEach(worker -> launcher.exit(worker, 1));
        launcher.withheld.addAll(dead.subList(0, 5));
        launcher.asked.clear();

        reconciler.round();
        assertThat(launcher.asked).as("asked at most so often in a round").hasSize(3);
        reconciler.round();

        assertThat(workerState(dead.get(5))).isEqualTo("LOST");
        assertThat(dead.subList(0, 5)).allMatch(worker -> !workerState(worker).equals("LOST"));
        launcher.withheld.clear();
        reconciler.round();
        assertThat(dead).allMatch(worker -> workerState(worker).equals("LOST"));
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
    void workersThatDieBeforeTheyAskForWorkAreNotLaunchedInALoop() {
        aRun().insert(jdbc);
        reconciler.round();
        launcher.exit(onlyWorker(), 1);
        reconciler.round();
        assertThat(launcher.existing).isEmpty();
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

    /** A round after the time between two periodic ones. */
    private void aLaterRound() {
        jdbc.sql("UPDATE attempt SET missed_at = missed_at - interval '2 seconds'")
                .update();
        reconciler.round();
    }
}
