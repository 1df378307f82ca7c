package io.bitfrontier.service.testing;

import io.bitfrontier.service.run.WorkJson;
import io.bitfrontier.vocabulary.ModelShape;
import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import io.bitfrontier.vocabulary.work.OptimizerSpec;
import io.bitfrontier.vocabulary.work.ScheduleSpec;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Rows of a run with everything it hangs on, with valid defaults: a READY train run of 1 000 tokens from fresh weights, on a
 * trajectory of its own. {@code aRun().evaluating(state).insert(jdbc)}.
 */
public final class RunBuilder {
    private static final long TOKENS = 1_000;

    private String kind = "train";
    private String state = "READY";
    private long seed = System.nanoTime();
    private int priority;
    private double criticalPath;
    private String resourceClass = "local";
    private long toTokens = TOKENS;
    private @Nullable Seeded after;
    private @Nullable UUID sweep;

    private RunBuilder() {}

    public static RunBuilder aRun() {
        return new RunBuilder();
    }

    /** The run and the state it brings about or measures. */
    public record Seeded(long run, long state, long trajectory, String fingerprint, long tokens) {}

    public RunBuilder inState(String runState) {
        state = runState;
        return this;
    }

    /** Of the sweep that needs it, unless that is named. */
    public RunBuilder withPriority(int value) {
        priority = value;
        return this;
    }

    public RunBuilder withCriticalPath(double flops) {
        criticalPath = flops;
        return this;
    }

    public RunBuilder ofClass(String value) {
        resourceClass = value;
        return this;
    }

    public RunBuilder to(long tokens) {
        toTokens = tokens;
        return this;
    }

    /** Goes on along the same trajectory from where {@code run} ends; PLANNED unless that is stored. */
    public RunBuilder after(Seeded run) {
        after = run;
        toTokens = run.tokens() + TOKENS;
        state = "PLANNED";
        return this;
    }

    /** Measures the state that {@code run} brings about; PLANNED. */
    public RunBuilder evaluating(Seeded run) {
        after(run);
        kind = "evaluate";
        return this;
    }

    public RunBuilder neededBy(UUID sweepId) {
        sweep = sweepId;
        return this;
    }

    public Seeded insert(JdbcClient jdbc) {
        TrajectorySpec spec = trajectory(seed);
        long trajectory = after != null ? after.trajectory() : insertTrajectory(jdbc, spec);
        String fingerprint = after != null ? after.fingerprint() : spec.fingerprint();
        boolean evaluate = kind.equals("evaluate");
        long target = evaluate && after != null ? after.state() : insertState(jdbc, trajectory);
        long from = after == null ? 0 : after.tokens();
        long to = evaluate ? from : toTokens;
        EvaluationSpec evaluation = evaluation();
        long run = jdbc.sql("""
                        INSERT INTO run (kind, target_state_id, start_state_id, evaluation_version, evaluation, state,
                                         resource_class, critical_path_flops, from_tokens, to_tokens,
                                         progress_tokens, failure_class, finished_at)
                        VALUES (:kind, :target, :start, :version, CAST(:evaluation AS jsonb), :state, :class, :critical,
                                :from, :to, :from, :failure,
                                CASE WHEN :state IN ('SUCCEEDED', 'FAILED', 'CANCELLED') THEN now() END)
                        RETURNING id
                        """)
                .param("kind", kind)
                .param("target", target)
                .param("start", after == null ? null : after.state(), java.sql.Types.BIGINT)
                .param("version", evaluate ? evaluation.version() : "")
                .param("evaluation", evaluate ? WorkJson.write(evaluation) : null, java.sql.Types.VARCHAR)
                .param("state", state)
                .param("class", resourceClass)
                .param("critical", criticalPath)
                .param("from", from)
                .param("to", to)
                .param("failure", state.equals("FAILED") ? "USER" : null, java.sql.Types.VARCHAR)
                .query(Long.class)
                .single();
        needs(jdbc, sweep != null ? sweep : aSweepOfPriority(jdbc, priority), run);
        return new Seeded(run, target, trajectory, fingerprint, to);
    }

    public static EvaluationSpec evaluation() {
        return new EvaluationSpec(DataSpec.synthetic(1), 128, 8, List.of(EvaluationSpec.PERPLEXITY));
    }

    public static TrajectorySpec trajectory(long seed) {
        return new TrajectorySpec(
                TrajectorySpec.NUMERICS,
                ModelShape.of(2, 32, 2, 1, 64, DataSpec.SYNTHETIC_VOCAB),
                DataSpec.synthetic(1),
                seed,
                100,
                100,
                1,
                new OptimizerSpec(1e-3, 1, 0.9, 0.95, 1e-8, 0.1, 1),
                ScheduleSpec.stable(2),
                null,
                null);
    }

    /** A sweep that needs runs. */
    public static UUID aSweep(JdbcClient jdbc) {
        UUID id = UUID.randomUUID();
        jdbc.sql("""
                        INSERT INTO sweep (id, project_id, name, submitter, document, document_sha256, plan, created_at)
                        SELECT ?, id, ?, 'test', '{}', repeat('0', 64), '{}', now() FROM project WHERE name = 'default'
                        """).param(id).param("sweep-" + id).update();
        return id;
    }

    /** The one sweep of this priority, for runs whose sweep does not matter. */
    private static UUID aSweepOfPriority(JdbcClient jdbc, int priority) {
        jdbc.sql("""
                        INSERT INTO sweep (id, project_id, name, submitter, document, document_sha256, plan, created_at, priority)
                        SELECT ?, id, ?, 'test', '{}', repeat('0', 64), '{}', now(), ? FROM project WHERE name = 'default'
                        ON CONFLICT DO NOTHING
                        """)
                .params(UUID.randomUUID(), "priority " + priority, priority)
                .update();
        return jdbc.sql("SELECT id FROM sweep WHERE name = ?")
                .param("priority " + priority)
                .query(UUID.class)
                .single();
    }

    /** A sweep needs a run that is there. */
    public static void needs(JdbcClient jdbc, UUID sweep, long run) {
        jdbc.sql("""
                        INSERT INTO sweep_run (sweep_id, run_id, state, resource_class, critical_path_flops, tokens, flops)
                        SELECT ?, id, state, resource_class, critical_path_flops,
                               CASE WHEN kind = 'train' THEN to_tokens - from_tokens ELSE 0 END,
                               CASE WHEN kind = 'train' THEN flops ELSE 0 END
                        FROM run WHERE id = ?
                        """).params(sweep, run).update();
    }

    private static long insertTrajectory(JdbcClient jdbc, TrajectorySpec spec) {
        return jdbc.sql("""
                        INSERT INTO trajectory (fingerprint, spec, model, precision)
                        VALUES (?, CAST(? AS jsonb), 'tiny', '16') RETURNING id
                        """)
                .param(spec.fingerprint())
                .param(WorkJson.write(spec))
                .query(Long.class)
                .single();
    }

    private long insertState(JdbcClient jdbc, long trajectory) {
        return jdbc.sql("INSERT INTO state (trajectory_id, tokens) VALUES (?, ?) RETURNING id")
                .param(trajectory)
                .param(toTokens)
                .query(Long.class)
                .single();
    }
}
