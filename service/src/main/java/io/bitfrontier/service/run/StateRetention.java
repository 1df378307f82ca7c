package io.bitfrontier.service.run;

import io.bitfrontier.service.failpoint.FailPoint;
import io.bitfrontier.service.failpoint.FailPoints;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Removes the checkpoints of states that nobody needs: no run that is to be done starts from them, measures them or compares
 * with them, and no living sweep keeps them by its rule. Results stay. A state is taken from the registry under its lock, so a
 * submission either keeps it or plans it again as new work; only then do the files go, and what a crash leaves is going still.
 */
@Service
public class StateRetention {
    private static final Logger log = LoggerFactory.getLogger(StateRetention.class);
    private static final int AT_ONCE = 500;

    /** Of a state {@code s}. No condition joins by one column or another: then every pair of rows would be looked at. */
    private static final String NEEDED_BY_NOBODY = """
            NOT EXISTS (
              SELECT 1 FROM run r WHERE r.start_state_id = s.id AND r.state IN ('PLANNED', 'READY', 'RUNNING'))
            AND NOT EXISTS (
              SELECT 1 FROM run r WHERE r.target_state_id = s.id AND r.state IN ('PLANNED', 'READY', 'RUNNING'))
            AND NOT EXISTS (
              SELECT 1 FROM trajectory t JOIN state compared ON compared.trajectory_id = t.id
              JOIN run r ON r.target_state_id = compared.id
              WHERE t.start_state_id = s.id AND r.kind = 'evaluate' AND r.state IN ('PLANNED', 'READY', 'RUNNING'))
            AND NOT EXISTS (
              SELECT 1 FROM run r JOIN sweep_run n ON n.run_id = r.id JOIN sweep w ON w.id = n.sweep_id
              WHERE r.target_state_id = s.id AND r.kind = 'train'
                AND w.cancelled_at IS NULL AND w.keep_states = 'extendable')
            AND NOT EXISTS (
              SELECT 1 FROM grid_point p JOIN sweep w ON w.id = p.sweep_id
              WHERE p.state_id = s.id AND w.cancelled_at IS NULL AND w.keep_states <> 'results')
            AND NOT EXISTS (
              SELECT 1 FROM trajectory t JOIN state compared ON compared.trajectory_id = t.id
              JOIN grid_point p ON p.state_id = compared.id JOIN sweep w ON w.id = p.sweep_id
              WHERE t.start_state_id = s.id AND w.cancelled_at IS NULL AND w.keep_states <> 'results')
            """;

    static final String CANDIDATES = """
            SELECT s.id FROM state s
            WHERE s.stored_at < clock_timestamp() - make_interval(secs => :age) AND
            """ + NEEDED_BY_NOBODY + " ORDER BY s.id LIMIT :most";

    private static final String EVICT = """
            WITH nobody AS (
              SELECT s.id, s.checkpoint_uri, s.checkpoint_sha256, s.checkpoint_bytes FROM state s
              WHERE s.id = ANY(CAST(:states AS bigint[])) AND s.stored_at IS NOT NULL AND
            """ + NEEDED_BY_NOBODY + """
              FOR NO KEY UPDATE OF s),
            gone AS (
              UPDATE state SET checkpoint_uri = NULL, checkpoint_sha256 = NULL, checkpoint_bytes = NULL, stored_at = NULL
              FROM nobody WHERE state.id = nobody.id),
            marked AS (
              UPDATE run SET evicted_at = clock_timestamp(), version = version + 1
              FROM nobody
              WHERE run.target_state_id = nobody.id AND run.kind = 'train' AND run.state = 'SUCCEEDED' AND run.evicted_at IS NULL)
            INSERT INTO eviction (state_id, uri, sha256, bytes, reason)
            SELECT id, checkpoint_uri, checkpoint_sha256, coalesce(checkpoint_bytes, 0),
                   'no run is to start from it, and no living sweep keeps it'
            FROM nobody
            RETURNING id
            """;

    private final JdbcClient jdbc;
    private final RunRegistry registry;
    private final ArtifactStore artifacts;
    private final RunSettings settings;
    private final TransactionOperations transactions;
    private final FailPoints failPoints;

    StateRetention(
            JdbcClient jdbc,
            RunRegistry registry,
            ArtifactStore artifacts,
            RunSettings settings,
            TransactionOperations transactions,
            FailPoints failPoints) {
        this.jdbc = jdbc;
        this.registry = registry;
        this.artifacts = artifacts;
        this.settings = settings;
        this.transactions = transactions;
        this.failPoints = failPoints;
    }

    /** Whatever goes wrong removes nothing: the next time looks again. */
    @Scheduled(
            fixedDelayString = "${bitfrontier.run.retention-every:60s}",
            initialDelayString = "${bitfrontier.run.retention-every:20s}")
    void keepWhatIsNeeded() {
        try {
            evict();
            removeGoing();
        } catch (DataAccessException | TransactionException e) {
            log.debug("retention pauses: {}", e.toString());
        }
    }

    /**
     * Takes states that nobody needs from the registry. They are looked for without the lock, and looked at again under it.
     *
     * @return how many
     */
    public int evict() {
        int evicted = 0;
        for (int round = AT_ONCE; round == AT_ONCE; evicted += round) {
            List<Long> found = jdbc.sql(CANDIDATES)
                    .param("age", settings.evictAfter().toSeconds())
                    .param("most", AT_ONCE)
                    .query(Long.class)
                    .list();
            round = found.isEmpty() ? 0 : evict(found);
        }
        if (evicted > 0) {
            log.info("{} states are needed by nobody: their checkpoints go", evicted);
        }
        return evicted;
    }

    int evict(List<Long> states) {
        Integer evicted = transactions.execute(status -> {
            registry.lock();
            return jdbc.sql(EVICT)
                    .param("states", states.toArray(Long[]::new))
                    .query(Long.class)
                    .list()
                    .size();
        });
        if (evicted == null || evicted == 0) {
            return 0;
        }
        failPoints.pass(FailPoint.EVICTION_STORED);
        return evicted;
    }

    /** Removes the files of what is going; the row says so afterwards. */
    public void removeGoing() {
        record Going(long id, String uri) {}
        List<Going> going = jdbc.sql("SELECT id, uri FROM eviction WHERE removed_at IS NULL ORDER BY id")
                .query((row, n) -> new Going(row.getLong("id"), row.getString("uri")))
                .list();
        for (Going one : going) {
            try {
                artifacts.delete(one.uri());
                failPoints.pass(FailPoint.EVICTED_FILES_REMOVED);
                jdbc.sql("UPDATE eviction SET removed_at = clock_timestamp() WHERE id = ? AND removed_at IS NULL")
                        .param(one.id())
                        .update();
            } catch (IOException e) {
                log.warn("checkpoint {} stays for now: {}", one.uri(), e.toString());
            }
        }
    }
}
