package io.bitfrontier.service.run;

import static io.bitfrontier.service.testing.ProtocolClient.aWorker;
import static io.bitfrontier.service.testing.RunBuilder.aRun;
import static io.bitfrontier.service.testing.RunBuilder.aSweep;
import static io.bitfrontier.service.testing.RunBuilder.needs;
import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.testing.ProtocolClient;
import io.bitfrontier.service.testing.QueryPlans;
import io.bitfrontier.service.testing.RunBuilder.Seeded;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.RunState;
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
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.transaction.support.TransactionOperations;

@ServiceTest
class ClaimQueueTest {
    private static final ClaimRequest NOTHING_HELD = new ClaimRequest(null, null);

    @Autowired
    private MockMvc http;

    @Autowired
    private Workers workers;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Claims claims;

    @Autowired
    private Demand demand;

    @Autowired
    private RunTransitions transitions;

    @Autowired
    private QueueSettlement settlement;

    @Autowired
    private TransactionOperations transactions;

    private void set(UUID sweep, String columns) {
        jdbc.sql("UPDATE sweep SET " + columns + " WHERE id = ?").param(sweep).update();
    }

    private void readySince(List<Long> runs, String interval) {
        for (String table : List.of("run SET not_before = %s WHERE id", "sweep_run SET not_before = %s WHERE run_id")) {
            jdbc.sql("UPDATE " + table.formatted("now() - CAST(:interval AS interval)") + " = ANY(:runs)")
                    .param("interval", interval)
                    .param("runs", runs.toArray(Long[]::new))
                    .update();
        }
    }

    private UUID account(Assignment attempt) {
        return jdbc.sql("SELECT sweep_id FROM attempt WHERE id = ?")
                .param(attempt.attemptId())
                .query(UUID.class)
                .single();
    }

    private Optional<Assignment> tryClaim() {
        ProtocolClient worker = aWorker(http, workers);
        return worker.tryClaim(NOTHING_HELD).status() == 204 ? Optional.empty() : Optional.of(worker.claim());
    }

    @Test
    void aRunThatTwoSweepsNeedHasTheHigherPriority() {
        UUID low = aSweep(jdbc);
        UUID high = aSweep(jdbc);
        set(high, "priority = 5");
        aRun().withCriticalPath(99).neededBy(low).insert(jdbc);
        Seeded shared = aRun().neededBy(low).insert(jdbc);
        needs(jdbc, high, shared.run());

        Assignment first = aWorker(http, workers).claim();

        assertThat(first.runId()).isEqualTo(shared.run());
        assertThat(account(first)).isEqualTo(high);
    }

    @Test
    void aPausedSweepLendsASharedRunNothing() {
        UUID low = aSweep(jdbc);
        UUID high = aSweep(jdbc);
        set(high, "priority = 5, paused_at = now()");
        Seeded urgent = aRun().withCriticalPath(99).neededBy(low).insert(jdbc);
        Seeded shared = aRun().neededBy(low).insert(jdbc);
        needs(jdbc, high, shared.run());
        aRun().neededBy(high).insert(jdbc);

        assertThat(demand.readyByClass()).containsEntry("local", 2);
        assertThat(tryClaim()).map(Assignment::runId).contains(urgent.run());
        Assignment second = tryClaim().orElseThrow();
        assertThat(second.runId()).isEqualTo(shared.run());
        assertThat(account(second)).isEqualTo(low);
        assertThat(tryClaim()).isEmpty();
        assertThat(demand.readyByClass()).isEmpty();
    }

    @Test
    void whatWaitsLongEnoughPassesWhatIsMoreUrgentAndFallsBackOnceServed() {
        UUID low = aSweep(jdbc);
        UUID high = aSweep(jdbc);
        set(high, "priority = 3");
        List<Long> patient = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            aRun().neededBy(high).insert(jdbc);
            patient.add(aRun().neededBy(low).insert(jdbc).run());
        }
        set(low, "open_since = now() - interval '1 day'");

        assertThat(tryClaim()).map(this::account).as("READY for no time yet").contains(high);
        readySince(patient, "2 minutes 30 seconds");
        assertThat(tryClaim()).map(this::account).as("two steps are not enough").contains(high);
        readySince(patient, "4 minutes 30 seconds");
        assertThat(tryClaim()).map(this::account).contains(low);
        assertThat(tryClaim()).map(this::account).as("served a moment ago").contains(high);
    }

    @Test
    void waitingCountsFromTheFirstRunThatIsReadyWhateverBecomesReadyAfterIt() {
        UUID low = aSweep(jdbc);
        UUID high = aSweep(jdbc);
        set(high, "priority = 3");
        set(low, "open_since = now() - interval '1 day'");
        aRun().neededBy(high).insert(jdbc);
        Seeded patient = aRun().neededBy(low).insert(jdbc);
        Seeded urgent =
                aRun().withCriticalPath(9).inState("PLANNED").neededBy(low).insert(jdbc);
        readySince(List.of(patient.run()), "4 minutes 30 seconds");
        readySince(List.of(urgent.run()), "1 day");
        transitions.move(
                urgent.run(), RunState.PLANNED, RunTransitions.Cause.of(RunEvent.START_STORED, null, "test", "stored"));

        assertThat(tryClaim()).map(Assignment::runId).contains(urgent.run());
        jdbc.sql("UPDATE attempt SET state = 'FENCED', ended_at = now(), started_at = now() - interval '1 day'")
                .update();
        readySince(List.of(patient.run()), "1 minute");
        readySince(List.of(urgent.run()), "1 day");
        assertThat(tryClaim())
                .map(this::account)
                .as("what is READY no more counts no more")
                .contains(high);
    }

    @Test
    void ageingEndsJustAboveTheHighestPriority() {
        UUID low = aSweep(jdbc);
        UUID high = aSweep(jdbc);
        set(low, "priority = -100, open_since = now() - interval '30 days'");
        set(high, "priority = 100");
        Seeded patient = aRun().neededBy(low).insert(jdbc);
        aRun().withCriticalPath(9).neededBy(high).insert(jdbc);
        readySince(List.of(patient.run()), "30 days");

        assertThat(jdbc.sql(ClaimQueue.WAITING)
                        .param("class", "local")
                        .param("highest", ClaimQueue.HIGHEST_RANK)
                        .param("step", 60.0)
                        .query((row, n) -> row.getInt("rank"))
                        .list())
                .containsExactly(101, 100);
        assertThat(tryClaim()).map(Assignment::runId).contains(patient.run());
    }

    @Test
    void aSweepNeverHasMoreWorkersThanItMayHoweverManyClaimAtOnce() throws Exception {
        UUID limited = aSweep(jdbc);
        set(limited, "max_workers = 3, priority = 9");
        UUID free = aSweep(jdbc);
        for (int i = 0; i < 20; i++) {
            aRun().neededBy(limited).insert(jdbc);
            aRun().neededBy(free).insert(jdbc);
        }
        assertThat(demand.readyByClass()).containsEntry("local", 23);
        int threads = 10;
        CyclicBarrier start = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<UUID>> claimed = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            UUID worker = aWorker(http, workers).id();
            claimed.add(pool.submit(() -> {
                start.await();
                return account(claims.claim(worker, "local", NOTHING_HELD, new AttemptToken("t", "0".repeat(64)))
                        .orElseThrow());
            }));
        }
        List<UUID> accounts = new ArrayList<>();
        for (Future<UUID> one : claimed) {
            accounts.add(one.get());
        }
        pool.shutdown();

        assertThat(accounts).filteredOn(limited::equals).hasSize(3);
        assertThat(accounts).filteredOn(free::equals).hasSize(7);
    }

    @Test
    void aSharedRunIsClaimedOnTheAccountThatHasRoom() {
        UUID full = aSweep(jdbc);
        set(full, "max_workers = 1, priority = 9");
        UUID other = aSweep(jdbc);
        aRun().withCriticalPath(9).neededBy(full).insert(jdbc);
        Seeded shared = aRun().neededBy(full).insert(jdbc);
        needs(jdbc, other, shared.run());
        aRun().neededBy(full).insert(jdbc);

        assertThat(tryClaim()).map(this::account).contains(full);
        Assignment second = tryClaim().orElseThrow();
        assertThat(second.runId()).isEqualTo(shared.run());
        assertThat(account(second)).isEqualTo(other);
        assertThat(tryClaim()).isEmpty();
    }

    @Test
    void gpuHoursAndDeadlinesEndWhatASweepMayClaim() {
        UUID spent = aSweep(jdbc);
        set(spent, "gpu_hours = 1");
        UUID late = aSweep(jdbc);
        set(late, "deadline = now() - interval '1 second'");
        Seeded first = aRun().neededBy(spent).insert(jdbc);
        aRun().neededBy(spent).insert(jdbc);
        aRun().neededBy(late).insert(jdbc);

        assertThat(tryClaim()).map(Assignment::runId).contains(first.run());
        jdbc.sql("UPDATE attempt SET started_at = now() - interval '61 minutes'")
                .update();
        assertThat(tryClaim()).isEmpty();
        set(spent, "gpu_hours = 2");
        assertThat(tryClaim()).isPresent();
    }

    @Test
    void aQuotaOfTheProjectHoldsForAllItsSweepsTogether() {
        long project = jdbc.sql("INSERT INTO project (name) VALUES (?) RETURNING id")
                .param("p" + UUID.randomUUID())
                .query(Long.class)
                .single();
        for (int i = 0; i < 2; i++) {
            UUID sweep = aSweep(jdbc);
            jdbc.sql("UPDATE sweep SET project_id = ? WHERE id = ?")
                    .params(project, sweep)
                    .update();
            aRun().neededBy(sweep).insert(jdbc);
        }
        jdbc.sql("INSERT INTO project_quota (project_id, max_workers, set_by) VALUES (?, 1, 'me')")
                .param(project)
                .update();

        assertThat(tryClaim()).isPresent();
        assertThat(tryClaim()).isEmpty();
        jdbc.sql("INSERT INTO project_quota (project_id, gpu_hours_per_month, set_by) VALUES (?, 0.5, 'me')")
                .param(project)
                .update();
        assertThat(tryClaim()).isPresent();
        jdbc.sql("UPDATE attempt SET started_at = now() - interval '20 minutes'")
                .update();
        aRun().insert(jdbc);
        assertThat(demand.readyByClass()).as("of another project").containsEntry("local", 1);
    }

    @Test
    void theRoomOfAProjectIsDemandedOnceHoweverManyOfItsSweepsWait() {
        long project = jdbc.sql("INSERT INTO project (name) VALUES (?) RETURNING id")
                .param("p" + UUID.randomUUID())
                .query(Long.class)
                .single();
        List<UUID> sweeps = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            UUID sweep = aSweep(jdbc);
            jdbc.sql("UPDATE sweep SET project_id = ? WHERE id = ?")
                    .params(project, sweep)
                    .update();
            sweeps.add(sweep);
            for (int j = 0; j < 5; j++) {
                aRun().neededBy(sweep).insert(jdbc);
            }
        }
        aRun().ofClass("other").neededBy(sweeps.get(0)).insert(jdbc);
        assertThat(demand.readyByClass()).as("without a quota").containsEntry("local", 50);

        jdbc.sql("INSERT INTO project_quota (project_id, max_workers, set_by) VALUES (?, 4, 'me')")
                .param(project)
                .update();
        assertThat(demand.readyByClass()).containsEntry("local", 4).containsEntry("other", 1);
        for (int i = 0; i < 3; i++) {
            aRun().insert(jdbc);
        }
        assertThat(demand.readyByClass()).as("with another project's").containsEntry("local", 7);

        set(sweeps.get(0), "priority = 9");
        assertThat(tryClaim()).map(this::account).contains(sweeps.get(0));
        assertThat(demand.readyByClass()).as("with one of the four at work").containsEntry("local", 6);
    }

    @Test
    void aRunIsInTheQueueExactlyWhileItIsReady() {
        UUID sweep = aSweep(jdbc);
        Seeded run = aRun().inState("PLANNED").neededBy(sweep).insert(jdbc);
        assertThat(queued()).isEmpty();
        transitions.move(
                run.run(), RunState.PLANNED, RunTransitions.Cause.of(RunEvent.START_STORED, null, "test", "stored"));
        assertThat(queued()).containsExactly(run.run());
        transitions.move(run.run(), RunState.READY, RunTransitions.Cause.of(RunEvent.CLAIMED, null, "test", "taken"));
        assertThat(queued()).isEmpty();
        transitions.move(
                run.run(),
                RunState.RUNNING,
                RunTransitions.Cause.of(RunEvent.FAILED, null, "test", "bad").failing(FailureClass.USER));
        assertThat(queued()).isEmpty();
        assertThat(jdbc.sql("SELECT state FROM sweep_run WHERE run_id = ?")
                        .param(run.run())
                        .query(String.class)
                        .single())
                .isEqualTo("FAILED");
    }

    @Test
    void aRunThatChangedWhileASweepWasJoinedToItIsSettled() {
        UUID sweep = aSweep(jdbc);
        Seeded ready = aRun().neededBy(sweep).insert(jdbc);
        Seeded planned = aRun().inState("PLANNED").neededBy(sweep).insert(jdbc);
        jdbc.sql("UPDATE sweep_run SET state = CASE WHEN ready THEN 'PLANNED' ELSE 'READY' END")
                .update();
        assertThat(queued()).containsExactly(planned.run());
        assertThat(tryClaim()).isEmpty();

        settlement.settleAll();
        assertThat(queued()).containsExactly(ready.run());
        jdbc.sql("UPDATE sweep_run SET state = CASE WHEN ready THEN 'PLANNED' ELSE 'READY' END")
                .update();
        settlement.settle(sweep);
        assertThat(queued()).containsExactly(ready.run());
    }

    private List<Long> queued() {
        return jdbc.sql("SELECT run_id FROM sweep_run WHERE ready")
                .query(Long.class)
                .list();
    }

    @Test
    void theClaimReadsTheQueueInItsOrder() {
        UUID sweep = aSweep(jdbc);
        for (int i = 0; i < 200; i++) {
            aRun().withCriticalPath(i).neededBy(sweep).insert(jdbc);
        }
        jdbc.sql("ANALYZE sweep_run, run, sweep").update();
        String head = ClaimQueue.HEAD.replace(":class", "'local'").replace(":sweep", "'" + sweep + "'");

        assertThat(QueryPlans.of(jdbc, transactions, head))
                .contains("Index Scan using sweep_run_queue", "Nested Loop")
                .doesNotContain("Sort", "Seq Scan");
        assertThat(QueryPlans.of(
                        jdbc,
                        transactions,
                        ClaimQueue.WAITING
                                .replace(":class", "'local'")
                                .replace(":highest", "101")
                                .replace(":step", "60")))
                .contains("sweep_run_queue", "sweep_run_waiting", "attempt_of_sweep")
                .contains("attempt_running_of_sweep", "attempt_uncounted")
                .doesNotContain("Seq Scan on run", "Seq Scan on sweep_run", "Seq Scan on attempt");
        assertThat(QueryPlans.of(jdbc, transactions, Demand.CLAIMABLE.replace(":most", "1000")))
                .containsAnyOf("sweep_run_queue", "sweep_run_waiting")
                .doesNotContain("Seq Scan on run", "Seq Scan on sweep_run");
    }
}
