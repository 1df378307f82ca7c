package io.bitfrontier.service.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.run.RequiredWork.Evaluation;
import io.bitfrontier.service.run.RequiredWork.Trajectory;
import io.bitfrontier.service.testing.RunBuilder;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.testing.StoredRows;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import io.bitfrontier.vocabulary.work.ScheduleSpec;
import io.bitfrontier.vocabulary.work.StateKey;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

@ServiceTest
class RunRegistryTest {
    private static final long STEP = 1024;
    private static final EvaluationSpec EVALUATION = RunBuilder.evaluation();

    @Autowired
    private RunRegistry registry;

    @Autowired
    private RunOutlook outlook;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    private StoredRows rows;

    @BeforeEach
    void rows() {
        rows = new StoredRows(jdbc);
    }

    /** Full precision of one seed: a trunk with a decay branch per budget, in steps. */
    private static RequiredWork work(long seed, long... budgets) {
        TrajectorySpec trunk = RunBuilder.trajectory(seed);
        String fingerprint = trunk.fingerprint();
        List<Trajectory> trajectories = new ArrayList<>();
        List<Evaluation> evaluations = new ArrayList<>();
        trajectories.add(new Trajectory(
                fingerprint,
                trunk,
                "tiny-17k",
                2.0,
                LongStream.of(budgets).map(b -> b * 9 / 10 * STEP).boxed().toList()));
        for (long budget : budgets) {
            TrajectorySpec decay = decay(trunk, budget);
            StateKey end = new StateKey(decay.fingerprint(), budget * STEP);
            trajectories.add(new Trajectory(decay.fingerprint(), decay, "tiny-17k", 2.0, List.of(end.tokens())));
            evaluations.add(new Evaluation(end, EVALUATION, 1.0));
        }
        return new RequiredWork(trajectories, evaluations, "local");
    }

    private static TrajectorySpec decay(TrajectorySpec trunk, long budget) {
        return new TrajectorySpec(
                trunk.numerics(),
                trunk.model(),
                trunk.data(),
                trunk.seed(),
                trunk.sequenceLength(),
                trunk.batchTokens(),
                trunk.microBatches(),
                trunk.optimizer(),
                ScheduleSpec.linear(budget / 10),
                null,
                new TrajectorySpec.Start(trunk.fingerprint(), budget * 9 / 10 * STEP, true));
    }

    private RunRegistry.Registered register(UUID sweep, RequiredWork work) {
        RunRegistry.Registered registered =
                transaction.execute(status -> registry.register(sweep, work, "me", "a test needs it"));
        assertThat(registered).isNotNull();
        return registered;
    }

    private record Row(String kind, String state, long from, long to, int generation) {}

    private List<Row> runs() {
        return jdbc.sql("SELECT kind, state, from_tokens, to_tokens, generation FROM run ORDER BY id")
                .query((row, n) -> new Row(
                        row.getString(1),
                        row.getString(2),
                        row.getLong(3) / STEP,
                        row.getLong(4) / STEP,
                        row.getInt(5)))
                .list();
    }

    private long living(String what) {
        return jdbc.sql("SELECT coalesce(sum(" + what
                        + "), 0) FROM run WHERE state NOT IN ('SUCCEEDED', 'FAILED', 'CANCELLED')")
                .query(Long.class)
                .single();
    }

    private long count(String what) {
        return jdbc.sql("SELECT count(*) FROM " + what).query(Long.class).single();
    }

    private void store(long state) {
        jdbc.sql(
                        "UPDATE state SET checkpoint_uri = 'file:/x', checkpoint_sha256 = repeat('a', 64), stored_at = now() WHERE id = ?")
                .param(state)
                .update();
        jdbc.sql("UPDATE run SET state = 'SUCCEEDED', finished_at = now() WHERE target_state_id = ? AND kind = 'train'")
                .param(state)
                .update();
    }

    private void end(String runState) {
        jdbc.sql(
                        "UPDATE run SET state = :state, finished_at = now(), failure_class = CASE WHEN :state = 'FAILED' THEN 'USER' END")
                .param("state", runState)
                .update();
    }

    @Test
    void onlyWhatStartsFromNothingIsReady() {
        register(rows.sweep(), work(1, 10, 20));

        assertThat(runs())
                .containsExactlyInAnyOrder(
                        new Row("train", "READY", 0, 9, 1),
                        new Row("train", "PLANNED", 9, 10, 1),
                        new Row("train", "PLANNED", 9, 18, 1),
                        new Row("train", "PLANNED", 18, 20, 1),
                        new Row("evaluate", "PLANNED", 10, 10, 1),
                        new Row("evaluate", "PLANNED", 20, 20, 1));
        assertThat(count("run_transition WHERE from_state IS NULL AND actor = 'me'"))
                .isEqualTo(6);
        assertThat(count("trajectory WHERE start_state_id IS NOT NULL")).isEqualTo(2);
        assertThat(count("run WHERE progress_tokens = from_tokens AND resource_class = 'local'"))
                .isEqualTo(6);
    }

    @Test
    void specificationsReadBackAsTheyWere() {
        RequiredWork work = work(1, 10);
        register(rows.sweep(), work);

        for (Trajectory trajectory : work.trajectories()) {
            String json = jdbc.sql("SELECT spec FROM trajectory WHERE fingerprint = ?")
                    .param(trajectory.fingerprint())
                    .query(String.class)
                    .single();
            TrajectorySpec spec = WorkJson.read(json, TrajectorySpec.class);
            assertThat(spec).isEqualTo(trajectory.spec());
            assertThat(spec.fingerprint()).isEqualTo(trajectory.fingerprint());
        }
        assertThat(WorkJson.read(
                        jdbc.sql("SELECT evaluation FROM run WHERE kind = 'evaluate'")
                                .query(String.class)
                                .single(),
                        EvaluationSpec.class))
                .isEqualTo(EVALUATION);
    }

    @Test
    void aSecondSweepSharesWhatIsThereAndAddsWhatIsMissing() {
        UUID first = rows.sweep();
        UUID second = rows.sweep();
        RunRegistry.Registered small = register(first, work(1, 10));
        RunRegistry.Registered large = register(second, work(1, 10, 20));

        assertThat(small.newRuns()).isEqualTo(3);
        assertThat(large.newRuns()).isEqualTo(3);
        assertThat(count("sweep_run WHERE sweep_id = '" + first + "'")).isEqualTo(3);
        assertThat(count("sweep_run WHERE sweep_id = '" + second + "'")).isEqualTo(6);
        assertThat(jdbc.sql("SELECT critical_path_flops FROM run WHERE from_tokens = 0 AND kind = 'train'")
                        .query(Double.class)
                        .single())
                .isEqualTo(20 * STEP * 2.0 + 1.0);
    }

    @Test
    void aLargerBudgetGoesOnFromTheStoredTrunk() {
        RunRegistry.Registered registered = register(rows.sweep(), work(1, 10));
        registered.stateIds().values().forEach(this::store);
        RequiredWork larger = work(1, 20);

        assertThat(outlook.of(larger).tokensToTrain()).isEqualTo((9 + 2) * STEP);
        register(rows.sweep(), larger);

        assertThat(runs())
                .contains(new Row("train", "READY", 9, 18, 1), new Row("train", "PLANNED", 18, 20, 1))
                .doesNotContain(new Row("train", "READY", 0, 18, 1));
    }

    @Test
    void theOutlookIsWhatTheRegistrationThenDoes() {
        RunRegistry.Registered first = register(rows.sweep(), work(1, 10));
        register(rows.sweep(), work(1, 20));
        store(first.stateIds().values().iterator().next());
        List<RequiredWork> next = List.of(work(1, 10), work(1, 20), work(1, 30), work(1, 10, 15, 40), work(2, 10));

        for (RequiredWork work : next) {
            long tokens = living("to_tokens - from_tokens");
            RunOutlook.Outlook before = outlook.of(work);

            assertThat(register(rows.sweep(), work).newRuns()).isEqualTo(before.newRuns());

            assertThat(living("to_tokens - from_tokens") - tokens).isEqualTo(before.tokensToTrain());
            RunOutlook.Outlook after = outlook.of(work);
            assertThat(after.newRuns()).isZero();
            assertThat(after.tokensToTrain()).isZero();
            assertThat(after.added()).isEmpty();
            assertThat(after.all()).isEqualTo(before.all());
            assertThat(after.tokensUnderway()).isEqualTo(before.tokensUnderway() + before.tokensToTrain());
        }
    }

    @Test
    void newRunsAreOfTheirSweepsClassAndSharedOnesKeepTheirs() {
        RequiredWork small = work(1, 10);
        RequiredWork large = work(1, 10, 20);
        register(rows.sweep(), small);
        register(rows.sweep(), new RequiredWork(large.trajectories(), large.evaluations(), "gpu-large"));

        assertThat(count("run WHERE resource_class = 'local'")).isEqualTo(3);
        assertThat(count("run WHERE resource_class = 'gpu-large'")).isEqualTo(3);
    }

    @Test
    void aRunningTrunkOfAnotherSweepIsContinuedAndNeededByBoth() {
        UUID first = rows.sweep();
        UUID second = rows.sweep();
        register(first, work(1, 10));
        register(second, work(1, 20));

        assertThat(runs()).contains(new Row("train", "PLANNED", 9, 18, 1));
        assertThat(jdbc.sql("""
                                SELECT count(*) FROM sweep_run n JOIN run r ON r.id = n.run_id
                                WHERE n.sweep_id = ? AND r.kind = 'train' AND r.from_tokens = 0
                                """).param(second).query(Long.class).single()).isEqualTo(1);
    }

    @Test
    void nothingIsTrainedForWhatIsStoredAndItsRunsCountAsDone() {
        RunRegistry.Registered registered = register(rows.sweep(), work(1, 10));
        registered.stateIds().values().forEach(this::store);
        UUID second = rows.sweep();

        assertThat(outlook.of(work(1, 10)).tokensToTrain()).isZero();
        assertThat(register(second, work(1, 10)).newRuns()).isZero();
        assertThat(count("sweep_run WHERE sweep_id = '" + second + "'")).isEqualTo(3);
    }

    @Test
    void anotherEvaluationOfAStoredStateIsReadyAtOnce() {
        RunRegistry.Registered registered = register(rows.sweep(), work(1, 10));
        registered.stateIds().values().forEach(this::store);
        RequiredWork base = work(1, 10);
        EvaluationSpec longer = new EvaluationSpec(EVALUATION.data(), 128, 9, EVALUATION.tasks());
        RequiredWork again = new RequiredWork(
                base.trajectories(),
                List.of(new Evaluation(base.evaluations().get(0).state(), longer, 1.0)),
                "local");

        assertThat(register(rows.sweep(), again).newRuns()).isEqualTo(1);
        assertThat(count("run WHERE kind = 'evaluate' AND state = 'READY'")).isEqualTo(1);
    }

    @Test
    void whatFailedOrWasCancelledGetsAnotherGeneration() {
        register(rows.sweep(), work(1, 10));
        end("FAILED");
        register(rows.sweep(), work(1, 10));
        end("CANCELLED");
        UUID third = rows.sweep();
        register(third, work(1, 10));

        assertThat(runs())
                .filteredOn(row -> row.generation() == 3)
                .containsExactlyInAnyOrder(
                        new Row("train", "READY", 0, 9, 3),
                        new Row("train", "PLANNED", 9, 10, 3),
                        new Row("evaluate", "PLANNED", 10, 10, 3));
        assertThat(count("sweep_run WHERE sweep_id = '" + third + "'")).isEqualTo(3);
    }

    @Test
    void aStateThatWasRemovedAndTrainedAgainCountsOnceForWhoeverComesLater() {
        RunRegistry.Registered registered = register(rows.sweep(), work(1, 10));
        registered.stateIds().values().forEach(this::store);
        for (int removals = 1; removals <= 2; removals++) {
            jdbc.sql("UPDATE run SET evicted_at = now() WHERE kind = 'train'").update();
            jdbc.sql("UPDATE state SET checkpoint_uri = NULL, checkpoint_sha256 = NULL, stored_at = NULL")
                    .update();
            register(rows.sweep(), work(1, 10));
            registered.stateIds().values().forEach(this::store);
        }
        UUID later = rows.sweep();

        assertThat(register(later, work(1, 10)).newRuns()).isZero();

        assertThat(jdbc.sql("""
                                SELECT r.generation FROM sweep_run n JOIN run r ON r.id = n.run_id
                                WHERE n.sweep_id = ? AND r.kind = 'train'
                                """).param(later).query(Integer.class).list()).containsExactly(3, 3);
    }

    @Test
    void equalAndOverlappingSubmissionsAtOnceLeaveEveryRunOnce() throws Exception {
        int submitters = 6;
        List<Long> seeds = LongStream.rangeClosed(1, 20).boxed().toList();
        CyclicBarrier together = new CyclicBarrier(submitters);
        ExecutorService threads = Executors.newFixedThreadPool(submitters);
        try {
            List<Future<Integer>> outcomes = new ArrayList<>();
            for (int i = 0; i < submitters; i++) {
                UUID sweep = rows.sweep();
                long[] budgets = i % 2 == 0 ? new long[] {10, 20} : new long[] {20, 40};
                Callable<Integer> submission = () -> {
                    together.await();
                    int created = 0;
                    for (long seed : seeds) {
                        created += register(sweep, work(seed, budgets)).newRuns();
                    }
                    return created;
                };
                outcomes.add(threads.submit(submission));
            }
            int created = 0;
            for (Future<Integer> outcome : outcomes) {
                created += outcome.get();
            }
            // Per seed three budgets: a trunk run, a decay and an evaluation each.
            assertThat(created).isEqualTo(seeds.size() * 9);
        } finally {
            threads.shutdownNow();
        }
        assertThat(count("run")).isEqualTo(seeds.size() * 9L);
        assertThat(count("(SELECT DISTINCT target_state_id, kind FROM run) AS distinct_runs"))
                .isEqualTo(seeds.size() * 9L);
    }
}
