package io.bitfrontier.service.scale;

import io.bitfrontier.service.run.WorkJson;
import io.bitfrontier.service.testing.RunBuilder;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A database in the middle of its life, written straight into the tables: one sweep that needs half of the runs, others that
 * need a thousand each. Half of the points are done, one in a hundred has failed, the rest waits; of every done run there are
 * an attempt and its history, and one run has a long curve.
 */
public final class ManyRuns {
    private static final int SMALL_SWEEP = 500;
    /** Runs that run, each by a worker of its own. */
    static final int RUNNING = 200;

    private final JdbcClient jdbc;

    /** The sweep with half of the runs. */
    final UUID large = UUID.randomUUID();

    private ManyRuns(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Writes them.
     *
     * @param points two runs each: one trains, one evaluates
     */
    public static ManyRuns insert(JdbcClient jdbc, int points) {
        ManyRuns runs = new ManyRuns(jdbc);
        runs.sweeps(points);
        runs.trajectories(points);
        runs.runs();
        runs.history();
        for (String table : List.of(
                "sweep",
                "trajectory",
                "state",
                "grid_point",
                "run",
                "sweep_run",
                "run_transition",
                "worker",
                "attempt",
                "metric",
                "evaluation",
                "evaluation_metric",
                "throughput")) {
            jdbc.sql("VACUUM ANALYZE " + table).update();
        }
        return runs;
    }

    /** A sweep that needs a thousand runs, many of them done. */
    UUID small() {
        return jdbc.sql("SELECT id FROM sweep WHERE id <> ? ORDER BY created_at LIMIT 1")
                .param(large)
                .query(UUID.class)
                .single();
    }

    /** As if all but the large one had come to their end. */
    void finishOthers() {
        jdbc.sql("UPDATE sweep SET finished_at = clock_timestamp() WHERE id <> ?")
                .param(large)
                .update();
    }

    /** A run with a long curve. */
    long curve() {
        return jdbc.sql("SELECT a.run_id FROM metric m JOIN attempt a ON a.id = m.attempt_id LIMIT 1")
                .query(Long.class)
                .single();
    }

    private void sweeps(int points) {
        int others = points / 2 / SMALL_SWEEP;
        jdbc.sql("""
                        INSERT INTO sweep (id, project_id, name, submitter, document, document_sha256, plan, created_at)
                        SELECT CASE WHEN n = 0 THEN :large ELSE gen_random_uuid() END, p.id, 'sweep-' || n, 'me', '{}',
                               repeat('0', 64),
                               '{"points": 1, "runs": 2, "trainRuns": 1, "evaluateRuns": 1, "tokensAlone": 1,
                                 "tokensParentReused": 1, "tokensPlanned": 1, "flopsPlanned": 1, "storageBytes": 1, "dropped": 0}',
                               now() - make_interval(mins => n)
                        FROM generate_series(0, :others) n, project p WHERE p.name = 'default'
                        """).param("large", large).param("others", others).update();
    }

    private void trajectories(int points) {
        jdbc.sql("""
                        INSERT INTO trajectory (fingerprint, spec, model, precision)
                        SELECT w.fingerprint, jsonb_set(CAST(:spec AS jsonb), '{seed}', to_jsonb(w.n)), 'tiny-17k', '16'
                        FROM unnest(CAST(:fingerprints AS text[])) WITH ORDINALITY AS w (fingerprint, n)
                        """)
                .param("spec", WorkJson.write(RunBuilder.trajectory(1)))
                .param(
                        "fingerprints",
                        LongStream.rangeClosed(1, points)
                                .mapToObj(seed -> RunBuilder.trajectory(seed).fingerprint())
                                .toArray(String[]::new))
                .update();
        jdbc.sql("""
                        INSERT INTO state (trajectory_id, tokens, checkpoint_uri, checkpoint_sha256, checkpoint_bytes, stored_at)
                        SELECT id, 1000, stored.uri, CASE WHEN stored.uri IS NOT NULL THEN repeat('a', 64) END,
                               CASE WHEN stored.uri IS NOT NULL THEN 10 END, CASE WHEN stored.uri IS NOT NULL THEN now() END
                        FROM trajectory
                        CROSS JOIN LATERAL (
                          SELECT CASE WHEN id % 100 < 50 THEN 'file:///artifacts/' || id END AS uri) stored
                        ORDER BY id
                        """).update();
        jdbc.sql("""
                        INSERT INTO grid_point (sweep_id, fingerprint, model, parameters, tokens, tokens_requested, precision,
                          scheme, seed, effective_size_bytes, packed_size_bytes, state_id, evaluation_version)
                        SELECT w.id, encode(sha256(CAST('p' || s.id AS bytea)), 'hex'), 'tiny-17k', 17000, 1000, 1000, '16',
                               'full-precision', s.id, 34000, 34000, s.id, :version
                        FROM state s JOIN (SELECT id, row_number() OVER (ORDER BY created_at DESC) - 1 AS n FROM sweep) w
                          ON w.n = CASE WHEN s.id <= :half THEN 0 ELSE 1 + (s.id - :half - 1) / :small END
                        """)
                .param("version", evaluation().version())
                .param("half", points / 2)
                .param("small", SMALL_SWEEP)
                .update();
    }

    private void runs() {
        for (String kind : List.of("train", "evaluate")) {
            boolean evaluates = kind.equals("evaluate");
            jdbc.sql("""
                            INSERT INTO run (kind, target_state_id, start_state_id, evaluation_version, evaluation, state,
                                             critical_path_flops, from_tokens, to_tokens, progress_tokens, flops,
                                             failure_class, failure_message, finished_at)
                            SELECT :kind, id, CASE WHEN :evaluates THEN id END, CASE WHEN :evaluates THEN :version ELSE '' END,
                                   CASE WHEN :evaluates THEN CAST(:spec AS jsonb) END, s.state, 1e9 + id,
                                   CASE WHEN :evaluates THEN 1000 ELSE 0 END, 1000,
                                   CASE WHEN :evaluates OR s.state = 'SUCCEEDED' THEN 1000 ELSE 0 END, 1e9,
                                   CASE WHEN s.state = 'FAILED' THEN 'PLATFORM' END,
                                   CASE WHEN s.state = 'FAILED' THEN 'the disk is full' END,
                                   CASE WHEN s.state IN ('SUCCEEDED', 'FAILED') THEN now() END
                            FROM (SELECT id, CASE WHEN id % 100 < 50 THEN 'SUCCEEDED' WHEN id % 100 = 50 THEN 'FAILED'
                                         WHEN :evaluates THEN 'PLANNED' ELSE 'READY' END AS state
                                  FROM state) s
                            ORDER BY id
                            """)
                    .param("kind", kind)
                    .param("evaluates", evaluates)
                    .param("version", evaluation().version())
                    .param("spec", WorkJson.write(evaluation()))
                    .update();
        }
        jdbc.sql("""
                        INSERT INTO sweep_run (sweep_id, run_id, state, critical_path_flops, tokens, flops)
                        SELECT p.sweep_id, r.id, r.state, r.critical_path_flops,
                               CASE WHEN r.kind = 'train' THEN 1000 ELSE 0 END, CASE WHEN r.kind = 'train' THEN r.flops ELSE 0 END
                        FROM grid_point p JOIN run r ON r.target_state_id = p.state_id
                        """).update();
    }

    private void history() {
        jdbc.sql("""
                        INSERT INTO worker (id, launcher, launched_by, resource_class, token_sha256, state, ended_at)
                        SELECT gen_random_uuid(), 'local', 'here', 'local', repeat('0', 64),
                               CASE WHEN n <= :running THEN 'ACTIVE' ELSE 'LEFT' END, CASE WHEN n > :running THEN now() END
                        FROM generate_series(1, 2000) n
                        """).param("running", RUNNING).update();
        jdbc.sql("""
                        WITH running AS (
                          UPDATE run SET state = 'RUNNING', progress_tokens = 100
                          WHERE id IN (SELECT id FROM run WHERE state = 'READY' ORDER BY id LIMIT :running)
                          RETURNING id),
                        claimed AS (UPDATE sweep_run n SET state = 'RUNNING' FROM running WHERE n.run_id = running.id)
                        INSERT INTO attempt (run_id, worker_id, number, state, token_sha256, artifact_uri, lease_expires_at,
                                             resumed_from_tokens)
                        SELECT r.id, w.id, 1, 'RUNNING', repeat('0', 64), 'file:///nowhere', now() + interval '1 hour', 0
                        FROM (SELECT id, row_number() OVER () AS n FROM running) r
                        JOIN (SELECT id, row_number() OVER () AS n FROM worker WHERE state = 'ACTIVE') w USING (n)
                        """).param("running", RUNNING).update();
        jdbc.sql("""
                        INSERT INTO run_transition (run_id, from_state, to_state, event, actor, reason)
                        SELECT r.id, e.before, e.after, e.event, 'service', 'a sentence about why it is so'
                        FROM run r, (VALUES (NULL, 'READY', 'PLANNED'), ('READY', 'RUNNING', 'CLAIMED'),
                                            ('RUNNING', 'SUCCEEDED', 'COMPLETED')) AS e (before, after, event)
                        WHERE e.before IS NULL OR r.state = 'SUCCEEDED'
                        """).update();
        jdbc.sql("""
                        INSERT INTO attempt (run_id, worker_id, number, state, token_sha256, artifact_uri, lease_expires_at,
                                             resumed_from_tokens, ended_at, counted)
                        SELECT r.id, w.id, 1, 'SUCCEEDED', repeat('0', 64), 'file:///nowhere', now(), 0, now(), true
                        FROM run r JOIN (SELECT id, row_number() OVER () AS n FROM worker WHERE state = 'LEFT') w
                          ON w.n = 1 + r.id % 1800
                        WHERE r.state = 'SUCCEEDED'
                        """).update();
        jdbc.sql("""
                        INSERT INTO evaluation (run_id, state_id, evaluation_version, layer_drift)
                        SELECT id, target_state_id, evaluation_version, '[]' FROM run
                        WHERE kind = 'evaluate' AND state = 'SUCCEEDED'
                        """).update();
        jdbc.sql("""
                        INSERT INTO evaluation_metric (evaluation_id, name, value, standard_error, count)
                        SELECT e.id, m.name, 0.5, 0.01, 100 FROM evaluation e, (VALUES ('loss'), ('choices.accuracy')) AS m (name)
                        """).update();
        jdbc.sql("""
                        INSERT INTO metric (attempt_id, tokens, sequence, step, loss, tokens_per_second)
                        SELECT a.id, n * 10, 1 + n / 500, n, 2.5, 1000
                        FROM (SELECT id FROM attempt ORDER BY state = 'RUNNING', id LIMIT 50) a, generate_series(1, 5000) n
                        """).update();
        jdbc.sql("""
                        INSERT INTO throughput (attempt_id, resource_class, device, devices, kind, model, precision,
                                                flops_per_token, tokens, seconds)
                        SELECT a.id, 'local', 'cpu: some', 1, r.kind, 'tiny-17k', '16', 1e5, 1000, 1
                        FROM attempt a JOIN run r ON r.id = a.run_id
                        """).update();
    }

    private static EvaluationSpec evaluation() {
        return RunBuilder.evaluation();
    }
}
