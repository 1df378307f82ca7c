package io.bitfrontier.service.testing;

import io.bitfrontier.vocabulary.work.Fingerprint;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Writes rows with valid defaults straight into the tables, for tests of what reads them. */
public final class StoredRows {
    public static final String VERSION = "synthetic/1/abcdef012345";

    private final JdbcClient jdbc;
    private int count;

    public StoredRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    public UUID sweep() {
        UUID id = UUID.randomUUID();
        jdbc.sql("""
                        INSERT INTO sweep (id, project_id, name, submitter, document, document_sha256, plan, created_at)
                        SELECT :id, id, :name, 'me', '{}', :hash, '{}', now() FROM project WHERE name = 'default'
                        """)
                .param("id", id)
                .param("name", "sweep " + id)
                .param("hash", Fingerprint.of(id.toString()))
                .update();
        return id;
    }

    /** A state of a new trajectory. */
    public long state(String model, String precision, long tokens) {
        long trajectory = insert(
                """
                INSERT INTO trajectory (fingerprint, spec, model, precision)
                VALUES (?, CAST(? AS jsonb), ?, ?) RETURNING id
                """,
                Fingerprint.of("trajectory " + count++),
                precision.equals("16")
                        ? "{\"seed\": 1, \"quantizer\": null}"
                        : "{\"seed\": 1, \"quantizer\": {\"quantizer\": \"SEQ\", \"precision\": \"TWO\"}}",
                model,
                precision);
        return insert("INSERT INTO state (trajectory_id, tokens) VALUES (?, ?) RETURNING id", trajectory, tokens);
    }

    /** A run that a sweep needs; kinds are train and evaluate. */
    public long run(UUID sweep, String kind, String state, long targetState) {
        boolean evaluates = kind.equals("evaluate");
        boolean ended = state.equals("SUCCEEDED") || state.equals("FAILED") || state.equals("CANCELLED");
        long run = insert(
                """
                INSERT INTO run (kind, target_state_id, start_state_id, evaluation_version, evaluation, state, from_tokens,
                                 to_tokens, progress_tokens, failure_class, failure_message, finished_at)
                SELECT ?, s.id, ?, ?, CAST(? AS jsonb), ?, 0, s.tokens, 0, ?, ?, CASE WHEN ? THEN now() END
                FROM state s WHERE s.id = ? RETURNING id
                """,
                kind,
                evaluates ? targetState : null,
                evaluates ? VERSION : "",
                evaluates ? "{}" : null,
                state,
                state.equals("FAILED") ? "PLATFORM" : null,
                state.equals("FAILED") ? "the disk is full" : null,
                ended,
                targetState);
        alsoNeeded(sweep, run);
        return run;
    }

    /** How far a run has come, and the FLOPs of all of it. */
    public void progress(long run, long tokens, double flops) {
        jdbc.sql("UPDATE run SET progress_tokens = ?, flops = ? WHERE id = ?")
                .params(tokens, flops, run)
                .update();
        jdbc.sql("UPDATE sweep_run SET flops = ? WHERE run_id = ?")
                .params(flops, run)
                .update();
    }

    /** The same run is needed by another sweep. */
    public void alsoNeeded(UUID sweep, long run) {
        jdbc.sql("""
                        INSERT INTO sweep_run (sweep_id, run_id, state, resource_class, critical_path_flops, tokens, flops)
                        SELECT ?, id, state, resource_class, critical_path_flops,
                               CASE WHEN kind = 'train' THEN to_tokens - from_tokens ELSE 0 END,
                               CASE WHEN kind = 'train' THEN flops ELSE 0 END
                        FROM run WHERE id = ?
                        """).params(sweep, run).update();
    }

    public long attempt(long run, int number, long resumedFromTokens, String state) {
        UUID worker = UUID.randomUUID();
        jdbc.sql(
                        "INSERT INTO worker (id, launcher, resource_class, token_sha256, state) VALUES (?, 'local', 'local', ?, 'ACTIVE')")
                .param(worker)
                .param(Fingerprint.of(worker.toString()))
                .update();
        return insert(
                """
                INSERT INTO attempt (run_id, worker_id, number, state, token_sha256, artifact_uri, lease_expires_at,
                                     resumed_from_tokens, ended_at)
                VALUES (?, ?, ?, ?, ?, 'file:///nowhere', now(), ?, CASE WHEN ? THEN now() END) RETURNING id
                """,
                run,
                worker,
                number,
                state,
                Fingerprint.of("token " + worker),
                resumedFromTokens,
                !state.equals("RUNNING"));
    }

    /** Rows at first, first + step, … through last, whose loss is base + tokens. */
    public void metrics(long attempt, long first, long last, long step, double base) {
        jdbc.sql("""
                        INSERT INTO metric (attempt_id, tokens, sequence, step, loss, learning_rate, gradient_norm,
                                            tokens_per_second, memory_bytes)
                        SELECT ?, t, 1, t, ? + t, 0.001, 0.5, 1000, 1048576 FROM generate_series(?, ?, ?) t
                        """).params(attempt, base, first, last, step).update();
    }

    public void log(long attempt, long sequence, String text) {
        jdbc.sql("INSERT INTO attempt_log (attempt_id, sequence, text) VALUES (?, ?, ?)")
                .params(attempt, sequence, text)
                .update();
    }

    public void transition(long run, @Nullable String from, String to, String event, String reason) {
        insert("""
                INSERT INTO run_transition (run_id, from_state, to_state, event, actor, reason)
                VALUES (?, ?, ?, ?, 'service', ?) RETURNING id
                """, run, from, to, event, reason);
    }

    public long gridPoint(UUID sweep, String model, String precision, long tokens, long seed, long size, long state) {
        boolean full = precision.equals("16");
        return insert(
                """
                INSERT INTO grid_point (sweep_id, fingerprint, model, parameters, tokens, tokens_requested, precision, scheme,
                                        quantizer, seed, effective_size_bytes, packed_size_bytes, state_id, evaluation_version)
                VALUES (?, ?, ?, 44000, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
                """,
                sweep,
                Fingerprint.of("point " + count++),
                model,
                tokens,
                tokens - tokens % 1000,
                precision,
                full ? "full-precision" : "fp-then-qat(0.1, annealed)",
                full ? null : "seq",
                seed,
                size,
                size * 3,
                state,
                VERSION);
    }

    public long evaluation(long run, long state) {
        return insert("""
                INSERT INTO evaluation (run_id, state_id, evaluation_version, layer_drift)
                VALUES (?, ?, ?, '[{"parameter": "layers.0.q", "drift": 0.25}]') RETURNING id
                """, run, state, VERSION);
    }

    public void evaluationMetric(
            long evaluation,
            String name,
            double value,
            @Nullable Double error,
            long items,
            byte @Nullable [] outcomes) {
        jdbc.sql("""
                        INSERT INTO evaluation_metric (evaluation_id, name, value, standard_error, count, outcomes)
                        VALUES (:evaluation, :name, :value, :error, :items, :outcomes)
                        """)
                .param("evaluation", evaluation)
                .param("name", name)
                .param("value", value)
                .param("error", error)
                .param("items", items)
                .param("outcomes", outcomes)
                .update();
    }

    private long insert(String sql, @Nullable Object... values) {
        return jdbc.sql(sql).params(values).query(Long.class).single();
    }
}
