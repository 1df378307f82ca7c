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
 * Removes checkpoints on the way once their run has succeeded or failed; results are never removed. Those of a cancelled run wait
 * a while for another generation to go on from them. A checkpoint is marked as going under the registry's lock, so a generation
 * that is planned meanwhile either keeps it or never sees it; then its files go and its row last, and what a crash leaves is going
 * still.
 */
@Service
class CheckpointRetention {
    private static final Logger log = LoggerFactory.getLogger(CheckpointRetention.class);
    private static final int AT_ONCE = 500;

    /** Of a checkpoint {@code c} of a run {@code r}. Runs that have ended stay so; only newer generations come and go. */
    private static final String OF_NO_USE = """
            c.going_since IS NULL AND (
              r.state IN ('SUCCEEDED', 'FAILED')
              OR r.state = 'CANCELLED' AND CASE
                WHEN EXISTS (
                  SELECT 1 FROM run newer
                  WHERE newer.target_state_id = r.target_state_id AND newer.kind = r.kind
                    AND newer.state IN ('PLANNED', 'READY', 'RUNNING')) THEN false
                WHEN EXISTS (
                  SELECT 1 FROM run newer
                  WHERE newer.target_state_id = r.target_state_id AND newer.kind = r.kind
                    AND newer.state = 'SUCCEEDED' AND newer.generation > r.generation) THEN true
                ELSE r.finished_at < clock_timestamp() - make_interval(secs => :kept) END)
            """;

    private static final String CANDIDATES = """
            SELECT c.id FROM checkpoint c JOIN run r ON r.id = c.run_id WHERE
            """ + OF_NO_USE + " ORDER BY c.id LIMIT :most";

    /** The files of a checkpoint that became the run's result are the state's: its row goes alone. */
    private static final String TAKE = """
            WITH unneeded AS (
              SELECT c.id, EXISTS (
                SELECT 1 FROM state s WHERE s.id = r.target_state_id AND s.checkpoint_uri = c.uri) AS result
              FROM checkpoint c JOIN run r ON r.id = c.run_id
              WHERE c.id = ANY(CAST(:checkpoints AS bigint[])) AND
            """ + OF_NO_USE + """
              ),
            released AS (
              DELETE FROM checkpoint c USING unneeded WHERE c.id = unneeded.id AND unneeded.result RETURNING c.id),
            marked AS (
              UPDATE checkpoint c SET going_since = clock_timestamp()
              FROM unneeded WHERE c.id = unneeded.id AND NOT unneeded.result RETURNING c.id)
            SELECT (SELECT count(*) FROM released) + (SELECT count(*) FROM marked)
            """;

    private final JdbcClient jdbc;
    private final RunRegistry registry;
    private final AttemptLeftovers leftovers;
    private final ArtifactStore artifacts;
    private final RunSettings settings;
    private final TransactionOperations transactions;
    private final FailPoints failPoints;

    CheckpointRetention(
            JdbcClient jdbc,
            RunRegistry registry,
            AttemptLeftovers leftovers,
            ArtifactStore artifacts,
            RunSettings settings,
            TransactionOperations transactions,
            FailPoints failPoints) {
        this.jdbc = jdbc;
        this.registry = registry;
        this.leftovers = leftovers;
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
            removeUnneeded();
            leftovers.clear();
        } catch (DataAccessException | TransactionException e) {
            log.debug("retention pauses: {}", e.toString());
        }
    }

    /** Removes what is of no use now, and what earlier removals left behind. */
    void removeUnneeded() {
        List<Long> found;
        do {
            found = candidates();
        } while (!found.isEmpty() && take(found) > 0 && found.size() == AT_ONCE);
        removeGoing();
    }

    /** What nobody can resume from any more, looked for without the lock. */
    List<Long> candidates() {
        return jdbc.sql(CANDIDATES)
                .param("kept", settings.keepCancelled().toSeconds())
                .param("most", AT_ONCE)
                .query(Long.class)
                .list();
    }

    /**
     * Looks again under the lock, and takes from attempts to come what is of no use still.
     *
     * @return how many
     */
    long take(List<Long> checkpoints) {
        Long taken = transactions.execute(status -> {
            registry.lock();
            return jdbc.sql(TAKE)
                    .param("checkpoints", checkpoints.toArray(Long[]::new))
                    .param("kept", settings.keepCancelled().toSeconds())
                    .query(Long.class)
                    .single();
        });
        return taken == null ? 0 : taken;
    }

    /** Removes the files of what is going, and then its row. */
    void removeGoing() {
        record Going(long id, String uri) {}
        long last = 0;
        List<Going> going;
        do {
            going = jdbc.sql("""
                            SELECT id, uri FROM checkpoint WHERE going_since IS NOT NULL AND id > :last ORDER BY id LIMIT :most
                            """)
                    .param("last", last)
                    .param("most", AT_ONCE)
                    .query((row, n) -> new Going(row.getLong("id"), row.getString("uri")))
                    .list();
            for (Going one : going) {
                remove(one.id(), one.uri());
                last = one.id();
            }
        } while (going.size() == AT_ONCE);
    }

    private void remove(long id, String uri) {
        try {
            failPoints.pass(FailPoint.FILES_UNNEEDED);
            artifacts.delete(uri);
            failPoints.pass(FailPoint.FILES_REMOVED);
            jdbc.sql("DELETE FROM checkpoint WHERE id = ?").param(id).update();
        } catch (IOException e) {
            log.warn("checkpoint {} stays for now: {}", uri, e.toString());
        }
    }
}
