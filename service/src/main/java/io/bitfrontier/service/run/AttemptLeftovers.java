package io.bitfrontier.service.run;

import io.bitfrontier.service.failpoint.FailPoint;
import io.bitfrontier.service.failpoint.FailPoints;
import java.io.IOException;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/**
 * Removes what attempts wrote and never registered: checkpoints that were half written when their worker died, and whole ones
 * whose report came too late or never. No row names them and no storage shows them. An attempt that has ended registers nothing
 * any more, so what is registered then is all that is ever needed of its directory. Each attempt is looked at once.
 */
@Service
class AttemptLeftovers {
    private static final Logger log = LoggerFactory.getLogger(AttemptLeftovers.class);
    /** A worker finds out by its next heartbeat that its attempt is over, and stops by itself when its lease has passed. */
    private static final int AFTER_LEASES = 5;

    private static final int AT_ONCE = 500;

    /** Registered are the attempt's checkpoints, those that are going included, and the state that its run brought about. */
    static final String ENDED = """
            SELECT a.id, a.artifact_uri,
                   ARRAY(SELECT c.uri FROM checkpoint c WHERE c.attempt_id = a.id)
                   || ARRAY(SELECT s.checkpoint_uri FROM run r JOIN state s ON s.id = r.target_state_id
                            WHERE r.id = a.run_id AND s.checkpoint_uri IS NOT NULL) AS registered
            FROM attempt a
            WHERE a.cleared_at IS NULL AND a.ended_at < clock_timestamp() - make_interval(secs => :age)
            ORDER BY a.ended_at, a.id LIMIT :most
            """;

    private final JdbcClient jdbc;
    private final ArtifactStore artifacts;
    private final RunSettings settings;
    private final FailPoints failPoints;

    AttemptLeftovers(JdbcClient jdbc, ArtifactStore artifacts, RunSettings settings, FailPoints failPoints) {
        this.jdbc = jdbc;
        this.artifacts = artifacts;
        this.settings = settings;
        this.failPoints = failPoints;
    }

    private record Ended(long id, String directory, List<String> registered) {
        static Ended of(ResultSet row) throws SQLException {
            Array registered = row.getArray("registered");
            return new Ended(
                    row.getLong("id"), row.getString("artifact_uri"), List.of((String[]) registered.getArray()));
        }
    }

    /** Looks at some attempts that ended a while ago, the earliest first. */
    void clear() {
        Duration age = settings.lease().multipliedBy(AFTER_LEASES).plus(artifacts.lateWrites());
        List<Ended> ended = jdbc.sql(ENDED)
                .param("age", age.toSeconds())
                .param("most", AT_ONCE)
                .query((row, n) -> Ended.of(row))
                .list();
        ended.forEach(this::clear);
    }

    private void clear(Ended attempt) {
        try {
            artifacts.deleteAllBut(attempt.directory(), attempt.registered());
            failPoints.pass(FailPoint.LEFTOVERS_REMOVED);
            jdbc.sql("UPDATE attempt SET cleared_at = clock_timestamp() WHERE id = ? AND cleared_at IS NULL")
                    .param(attempt.id())
                    .update();
        } catch (IOException e) {
            log.warn("what attempt {} left in {} stays for now: {}", attempt.id(), attempt.directory(), e.toString());
        }
    }
}
