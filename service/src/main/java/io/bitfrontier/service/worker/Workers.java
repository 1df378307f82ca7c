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
     * @param ageSeconds since its row was made, by database time
     */
    public record Living(
            UUID id, String resourceClass, @Nullable String externalId, double ageSeconds) {}

    /** How a worker ended. */
    public enum End {
        LEFT,
        LOST
    }

    /** Makes the row; the process or Job comes after it. */
    @Transactional
    public void register(UUID id, String launcher, String resourceClass, Token token) {
        jdbc.sql("""
                        INSERT INTO worker (id, launcher, resource_class, token_sha256, state)
                        VALUES (?, ?, ?, ?, 'LAUNCHING')
                        """)
                .param(id)
                .param(launcher)
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

    public List<Living> living(String launcher) {
        return jdbc.sql("""
                        SELECT id, resource_class, external_id,
                               extract(epoch FROM clock_timestamp() - created_at) AS age
                        FROM worker
                        WHERE state IN ('LAUNCHING', 'ACTIVE') AND launcher = ?
                        ORDER BY created_at, id
                        """)
                .param(launcher)
                .query((row, n) -> new Living(
                        row.getObject("id", UUID.class),
                        row.getString("resource_class"),
                        row.getString("external_id"),
                        row.getDouble("age")))
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
