package io.bitfrontier.service.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.testing.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A database of an earlier release, in the middle of a sweep, goes on with the schema of this one. */
class UpgradeTest {
    private static final String DATABASE = "upgrade";
    /** The last migration of the release that trained on one machine alone. */
    private static final String FIRST_RELEASE = "202611221701";
    /** The last one before it was kept which runs a sweep needed before. */
    private static final String FORGETFUL = "202611290840";

    private JdbcClient jdbc;
    private FluentConfiguration flyway;

    @BeforeEach
    void anOldDatabase() throws SQLException {
        TestDatabase shared = TestDatabase.get();
        execute("DROP DATABASE IF EXISTS " + DATABASE + " WITH (FORCE)", "CREATE DATABASE " + DATABASE);
        DriverManagerDataSource source = new DriverManagerDataSource(
                shared.url().replaceFirst("/[^/?]+(\\?|$)", "/" + DATABASE + "$1"), shared.user(), shared.password());
        flyway = Flyway.configure().dataSource(source);
        flyway.target(FIRST_RELEASE).load().migrate();
        jdbc = JdbcClient.create(source);
        jdbc.sql("""
                        WITH s AS (
                          INSERT INTO sweep (id, project_id, name, submitter, document, document_sha256, plan, created_at)
                          SELECT gen_random_uuid(), id, 'old', 'me', '{}', repeat('0', 64), '{}', now() FROM project RETURNING id),
                        t AS (
                          INSERT INTO trajectory (fingerprint, spec, model, precision)
                          VALUES (repeat('a', 64), '{}', 'tiny-17k', '16') RETURNING id),
                        states AS (
                          INSERT INTO state (trajectory_id, tokens) SELECT t.id, n * 1000 FROM t, generate_series(1, 3) n
                          RETURNING id, tokens),
                        runs AS (
                          INSERT INTO run (kind, target_state_id, evaluation_version, evaluation, state, from_tokens, to_tokens,
                                           progress_tokens, flops, finished_at)
                          SELECT 'train', id, '', NULL, (ARRAY['SUCCEEDED', 'READY', 'PLANNED'])[tokens / 1000], tokens - 1000,
                                 tokens, tokens - 1000, 7e9, CASE WHEN tokens = 1000 THEN now() END
                          FROM states
                          UNION ALL
                          SELECT 'evaluate', id, 'v', '{}'::jsonb, 'READY', tokens, tokens, tokens, 3e9, NULL
                          FROM states WHERE tokens = 1000
                          RETURNING id)
                        INSERT INTO sweep_run (sweep_id, run_id) SELECT s.id, runs.id FROM s, runs
                        """).update();
    }

    @AfterEach
    void drop() throws SQLException {
        execute("DROP DATABASE " + DATABASE + " WITH (FORCE)");
    }

    private static void execute(String... statements) throws SQLException {
        TestDatabase shared = TestDatabase.get();
        try (Connection connection = DriverManager.getConnection(shared.url(), shared.user(), shared.password());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @Test
    void aRunThatItsSweepForgotIsKnownByTheAccountOnWhichItRan() {
        flyway.target(FORGETFUL).load().migrate();
        jdbc.sql("""
                        WITH w AS (
                          INSERT INTO worker (id, launcher, resource_class, token_sha256, state)
                          VALUES (gen_random_uuid(), 'local', 'local', repeat('b', 64), 'ACTIVE') RETURNING id),
                        ran AS (
                          INSERT INTO attempt (run_id, worker_id, number, state, token_sha256, artifact_uri, lease_expires_at,
                                               resumed_from_tokens, ended_at, sweep_id)
                          SELECT n.run_id, w.id, 1, 'FAILED', repeat('c', 62) || n.run_id, 'file:///nowhere', now(), 0, now(),
                                 n.sweep_id
                          FROM sweep_run n, w WHERE n.state IN ('PLANNED', 'SUCCEEDED'))
                        DELETE FROM sweep_run WHERE state = 'PLANNED'
                        """).update();

        flyway.target("latest").load().migrate();

        assertThat(jdbc.sql("SELECT r.state FROM sweep_past_run p JOIN run r ON r.id = p.run_id")
                        .query(String.class)
                        .list())
                .containsExactly("PLANNED");
    }

    @Test
    void aSweepThatIsUnderWayKeepsItsRunsAndItsQueue() {
        flyway.target("latest").load().migrate();

        List<String> known = jdbc.sql("""
                        SELECT concat_ws(' ', r.kind, n.state, n.ready, n.tokens, n.flops, n.resource_class) AS known
                        FROM sweep_run n JOIN run r ON r.id = n.run_id ORDER BY r.kind DESC, r.to_tokens
                        """).query(String.class).list();
        assertThat(known)
                .containsExactly(
                        "train SUCCEEDED f 1000 7000000000 local",
                        "train READY t 1000 7000000000 local",
                        "train PLANNED f 1000 7000000000 local",
                        "evaluate READY t 0 0 local");
        assertThat(jdbc.sql("SELECT count(*) FROM sweep_room WHERE room IS NULL OR room > 0")
                        .query(Integer.class)
                        .single())
                .as("sweeps that may go on")
                .isEqualTo(1);
    }
}
