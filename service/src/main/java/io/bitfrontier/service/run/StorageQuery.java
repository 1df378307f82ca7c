package io.bitfrontier.service.run;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** How much the artifact store holds, as the tables know it. */
@Repository
public class StorageQuery {
    /** The states of a sweep are those that it rests on, whoever had them trained. */
    private static final String SQL = """
            WITH mine AS (
              SELECT s.id, s.stored_at, s.checkpoint_bytes FROM state s
              WHERE CAST(:sweep AS uuid) IS NULL OR EXISTS (
                SELECT 1 FROM run r JOIN sweep_run n ON n.run_id = r.id
                WHERE r.target_state_id = s.id AND r.kind = 'train' AND n.sweep_id = CAST(:sweep AS uuid)))
            SELECT count(*) FILTER (WHERE m.stored_at IS NOT NULL) AS states,
                   coalesce(sum(m.checkpoint_bytes), 0) AS bytes,
                   coalesce(sum(m.checkpoint_bytes) FILTER (WHERE (
                     SELECT count(DISTINCT n.sweep_id) FROM run r JOIN sweep_run n ON n.run_id = r.id
                     JOIN sweep w ON w.id = n.sweep_id
                     WHERE r.target_state_id = m.id AND r.kind = 'train' AND w.cancelled_at IS NULL) > 1), 0) AS shared,
                   coalesce((SELECT sum(c.bytes) FROM checkpoint c JOIN run r ON r.id = c.run_id
                     WHERE r.target_state_id IN (SELECT id FROM mine) AND c.going_since IS NULL
                       AND NOT EXISTS (SELECT 1 FROM state s WHERE s.id = r.target_state_id AND s.checkpoint_uri = c.uri)), 0)
                     AS on_the_way,
                   coalesce((SELECT sum(e.bytes) FROM eviction e
                     WHERE e.removed_at IS NULL AND e.state_id IN (SELECT id FROM mine)), 0)
                   + coalesce((SELECT sum(c.bytes) FROM checkpoint c JOIN run r ON r.id = c.run_id
                     WHERE c.going_since IS NOT NULL AND r.target_state_id IN (SELECT id FROM mine)), 0) AS going,
                   (SELECT count(*) FROM eviction e
                     WHERE e.removed_at IS NOT NULL AND e.state_id IN (SELECT id FROM mine)) AS removed_states,
                   coalesce((SELECT sum(e.bytes) FROM eviction e
                     WHERE e.removed_at IS NOT NULL AND e.state_id IN (SELECT id FROM mine)), 0) AS removed
            FROM mine m
            """;

    private final JdbcClient jdbc;

    StorageQuery(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Checkpoints, in bytes.
     *
     * @param states that are stored
     * @param bytes of their checkpoints
     * @param shared part of {@code bytes} that more than one living sweep rests on
     * @param onTheWay of runs, from which another attempt resumes
     * @param going that nobody needs and whose files are being removed
     * @param removedStates whose checkpoint was removed
     * @param removed of those
     */
    public record Storage(
            long states, long bytes, long shared, long onTheWay, long going, long removedStates, long removed) {}

    /** Of one sweep, or of everything. */
    public Storage of(@Nullable UUID sweep) {
        return jdbc.sql(SQL)
                .param("sweep", sweep, java.sql.Types.OTHER)
                .query((row, n) -> new Storage(
                        row.getLong("states"),
                        row.getLong("bytes"),
                        row.getLong("shared"),
                        row.getLong("on_the_way"),
                        row.getLong("going"),
                        row.getLong("removed_states"),
                        row.getLong("removed")))
                .single();
    }
}
