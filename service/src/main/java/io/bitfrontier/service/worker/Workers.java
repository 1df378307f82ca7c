package io.bitfrontier.service.worker;

import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The rows of workers. */
@Service
public class Workers {
    private final JdbcClient jdbc;

    Workers(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A worker that has not ended.
     *
     * @param externalId how the launcher finds it; null while it is being launched
     * @param seen whether it has ever asked for work
     * @param busy whether it has an attempt
     * @param spent whether it has had all the runs it may have
     * @param waiting whether it does not run yet, and why is known: no node has room for it, its image is being pulled
     * @param age time since its row was made
     * @param silentFor time since its last sign of life, or since it could have given its first, by the database's clock
     */
    public record Living(
            UUID id,
            String resourceClass,
            @Nullable String externalId,
            boolean seen,
            boolean busy,
            boolean spent,
            boolean waiting,
            Duration age,
            Duration silentFor) {}

    /** How a worker ended. */
    public enum End {
        LEFT,
        LOST
    }

    /**
     * A worker to be.
     *
     * @param launcher its kind
     * @param launchedBy the installation
     * @param runsLimit runs after which it gets no more; 0 for no limit
     */
    public record Registration(
            UUID id, String launcher, String launchedBy, String resourceClass, int runsLimit, Token token) {}

    /**
     * Makes the row if the installation has fewer than {@code window} living workers of the class; the process or Job comes
     * after it. However many replicas ask at once, the window is kept.
     *
     * @return whether there was room
     */
    @Transactional
    public boolean register(Registration worker, int window) {
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))")
                .param("workers of " + worker.launcher() + " " + worker.launchedBy() + " " + worker.resourceClass())
                .query(row -> {});
        return jdbc.sql("""
                                INSERT INTO worker (id, launcher, launched_by, resource_class, runs_limit, token_sha256, state)
                                SELECT :id, :launcher, :launchedBy, :class, :limit, :hash, 'LAUNCHING'
                                WHERE (SELECT count(*) FROM worker
                                       WHERE state IN ('LAUNCHING', 'ACTIVE') AND launcher = :launcher
                                         AND launched_by = :launchedBy AND resource_class = :class) < :window
                                """)
                        .param("id", worker.id())
                        .param("launcher", worker.launcher())
                        .param("launchedBy", worker.launchedBy())
                        .param("class", worker.resourceClass())
                        .param("limit", worker.runsLimit())
                        .param("hash", worker.token().sha256())
                        .param("window", window)
                        .update()
                == 1;
    }

    @Transactional
    public void launched(UUID id, String externalId) {
        jdbc.sql("UPDATE worker SET external_id = ? WHERE id = ? AND state IN ('LAUNCHING', 'ACTIVE')")
                .param(externalId)
                .param(id)
                .update();
    }

    /** Those that a launcher of an installation must know about. */
    public List<Living> living(String launcher, String launchedBy) {
        return jdbc.sql("""
                        SELECT w.id, w.resource_class, w.external_id, w.last_seen_at IS NOT NULL AS seen,
                               EXISTS (SELECT 1 FROM attempt a WHERE a.worker_id = w.id AND a.state = 'RUNNING') AS busy,
                               w.runs_limit > 0 AND w.runs_claimed >= w.runs_limit AS spent,
                               w.last_seen_at IS NULL AND w.note IS NOT NULL AS waiting,
                               extract(epoch FROM clock_timestamp() - w.created_at) AS age,
                               extract(epoch FROM clock_timestamp()
                                 - COALESCE(w.last_seen_at, w.waited_at, w.created_at)) AS silent
                        FROM worker w
                        WHERE w.state IN ('LAUNCHING', 'ACTIVE') AND w.launcher = ? AND w.launched_by = ?
                        ORDER BY w.created_at, w.id
                        """)
                .param(launcher)
                .param(launchedBy)
                .query((row, n) -> new Living(
                        row.getObject("id", UUID.class),
                        row.getString("resource_class"),
                        row.getString("external_id"),
                        row.getBoolean("seen"),
                        row.getBoolean("busy"),
                        row.getBoolean("spent"),
                        row.getBoolean("waiting"),
                        seconds(row, "age"),
                        seconds(row, "silent")))
                .list();
    }

    private static Duration seconds(ResultSet row, String column) throws SQLException {
        return Duration.ofMillis(Math.round(row.getDouble(column) * 1000));
    }

    /** What a worker that does not run yet waits for. While it waits it is not silent. */
    @Transactional
    public void waits(UUID id, @Nullable String note) {
        jdbc.sql("""
                        UPDATE worker SET note = :note, waited_at = clock_timestamp()
                        WHERE id = :id AND state IN ('LAUNCHING', 'ACTIVE')
                          AND (note IS DISTINCT FROM :note OR waited_at IS NULL
                               OR waited_at < clock_timestamp() - interval '10 seconds')
                        """)
                .param("note", note, java.sql.Types.VARCHAR)
                .param("id", id)
                .update();
    }

    /** It waits for nothing any more. Nothing is written where nothing changed. */
    @Transactional
    public void runs(UUID id) {
        jdbc.sql("UPDATE worker SET note = NULL WHERE id = ? AND state IN ('LAUNCHING', 'ACTIVE') AND note IS NOT NULL")
                .param(id)
                .update();
    }

    /**
     * A worker asks for work: it is there.
     *
     * @return its resource class
     * @throws ProblemException WORKER_GONE when it is to leave
     */
    @Transactional
    public String seen(UUID id) {
        return jdbc.sql("""
                        UPDATE worker SET state = 'ACTIVE', last_seen_at = clock_timestamp(), note = NULL
                        WHERE id = ? AND state IN ('LAUNCHING', 'ACTIVE') AND drain_at IS NULL
                          AND (runs_limit = 0 OR runs_claimed < runs_limit
                               OR EXISTS (SELECT 1 FROM attempt a WHERE a.worker_id = worker.id AND a.state = 'RUNNING'))
                        RETURNING resource_class
                        """)
                .param(id)
                .query(String.class)
                .optional()
                .orElseThrow(
                        () -> new ProblemException(ProblemCode.WORKER_GONE, "Worker " + id + " gets no more work"));
    }

    /** Notes that the rows of an installation are being compared with what exists. */
    @Transactional
    public void comparing(String launcher, String launchedBy) {
        jdbc.sql("""
                        INSERT INTO installation (launcher, launched_by, compared_at) VALUES (?, ?, clock_timestamp())
                        ON CONFLICT (launcher, launched_by) DO UPDATE SET compared_at = excluded.compared_at
                        WHERE installation.compared_at < clock_timestamp() - interval '5 seconds'
                        """).param(launcher).param(launchedBy).update();
    }

    /**
     * Ends workers that nobody looks after: no service has compared their installation for {@code limit}, they have no attempt
     * and have given no sign of life for as long. Should one still live, it gets no more work.
     *
     * @return how many
     */
    @Transactional
    public int endAbandoned(Duration limit) {
        return jdbc.sql("""
                        UPDATE worker w SET state = 'LOST', ended_at = clock_timestamp(),
                          end_reason = 'the service that launched it has not been heard of, and neither has it'
                        WHERE w.state IN ('LAUNCHING', 'ACTIVE')
                          AND COALESCE(w.last_seen_at, w.waited_at, w.created_at)
                            < clock_timestamp() - make_interval(secs => :limit)
                          AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.worker_id = w.id AND a.state = 'RUNNING')
                          AND NOT EXISTS (
                            SELECT 1 FROM installation i
                            WHERE i.launcher = w.launcher AND i.launched_by = w.launched_by
                              AND i.compared_at > clock_timestamp() - make_interval(secs => :limit))
                        """).param("limit", limit.toMillis() / 1000.0).update();
    }

    /**
     * Ends a worker that has never asked for work; should it come after all, it gets none.
     *
     * @return whether it had not come yet
     */
    @Transactional
    public boolean withdraw(UUID id, String reason) {
        return jdbc.sql("""
                                UPDATE worker SET state = 'LEFT', ended_at = clock_timestamp(), end_reason = :reason
                                WHERE id = :id AND state = 'LAUNCHING' AND last_seen_at IS NULL
                                """).param("reason", reason).param("id", id).update() == 1;
    }

    /** Asks a worker to checkpoint and leave, with its next heartbeat or claim. */
    @Transactional
    public void drain(UUID id) {
        jdbc.sql("UPDATE worker SET drain_at = COALESCE(drain_at, clock_timestamp()) WHERE id = ?")
                .param(id)
                .update();
    }

    /**
     * What is kept of a worker that is no more.
     *
     * @param reason one sentence
     * @param failure class of failure; null for an ordinary leave
     * @param output the end of what it printed; null where that is not known
     */
    public record Epitaph(
            End how,
            String reason,
            @Nullable String failure,
            @Nullable String output) {}

    /** The worker is no more; whether this call ended it. */
    @Transactional
    public boolean end(UUID id, Epitaph epitaph) {
        return jdbc.sql("""
                                UPDATE worker SET state = :state, ended_at = clock_timestamp(), end_reason = :reason,
                                  failure_class = :failure, output = :output
                                WHERE id = :id AND state IN ('LAUNCHING', 'ACTIVE')
                                """)
                        .param("state", epitaph.how().name())
                        .param("reason", epitaph.reason())
                        .param("failure", epitaph.failure(), java.sql.Types.VARCHAR)
                        // PostgreSQL has no text with a NUL in it.
                        .param(
                                "output",
                                epitaph.output() == null
                                        ? null
                                        : epitaph.output().replace('\0', '\uFFFD'),
                                java.sql.Types.VARCHAR)
                        .param("id", id)
                        .update()
                == 1;
    }
}
