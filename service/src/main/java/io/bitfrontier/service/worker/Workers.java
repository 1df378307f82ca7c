package io.bitfrontier.service.worker;

import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
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
     */
    public record Living(
            UUID id, String resourceClass, @Nullable String externalId, boolean seen) {}

    /** How a worker ended. */
    public enum End {
        LEFT,
        LOST
    }

    /** Makes the row; the process or Job comes after it. */
    @Transactional
    public void register(UUID id, String launcher, String launchedBy, String resourceClass, Token token) {
        jdbc.sql("""
                        INSERT INTO worker (id, launcher, launched_by, resource_class, token_sha256, state)
                        VALUES (?, ?, ?, ?, ?, 'LAUNCHING')
                        """)
                .param(id)
                .param(launcher)
                .param(launchedBy)
                .param(resourceClass)
                .param(token.sha256())
                .update();
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
                        SELECT id, resource_class, external_id, last_seen_at IS NOT NULL AS seen
                        FROM worker
                        WHERE state IN ('LAUNCHING', 'ACTIVE') AND launcher = ? AND launched_by = ?
                        ORDER BY created_at, id
                        """)
                .param(launcher)
                .param(launchedBy)
                .query((row, n) -> new Living(
                        row.getObject("id", UUID.class),
                        row.getString("resource_class"),
                        row.getString("external_id"),
                        row.getBoolean("seen")))
                .list();
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
                        UPDATE worker SET state = 'ACTIVE', last_seen_at = clock_timestamp()
                        WHERE id = ? AND state IN ('LAUNCHING', 'ACTIVE') AND drain_at IS NULL
                        RETURNING resource_class
                        """)
                .param(id)
                .query(String.class)
                .optional()
                .orElseThrow(
                        () -> new ProblemException(ProblemCode.WORKER_GONE, "Worker " + id + " gets no more work"));
    }

    /** Asks a worker to checkpoint and leave, with its next heartbeat or claim. */
    @Transactional
    public void drain(UUID id) {
        jdbc.sql("UPDATE worker SET drain_at = COALESCE(drain_at, clock_timestamp()) WHERE id = ?")
                .param(id)
                .update();
    }

    /** The worker is no more; whether this call ended it. */
    @Transactional
    public boolean end(UUID id, End how, String reason) {
        return jdbc.sql("""
                                UPDATE worker SET state = ?, ended_at = clock_timestamp(), end_reason = ?
                                WHERE id = ? AND state IN ('LAUNCHING', 'ACTIVE')
                                """).param(how.name()).param(reason).param(id).update() == 1;
    }
}
