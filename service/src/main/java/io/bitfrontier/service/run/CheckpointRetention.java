package io.bitfrontier.service.run;

import io.bitfrontier.service.failpoint.FailPoint;
import io.bitfrontier.service.failpoint.FailPoints;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/**
 * Removes checkpoints on the way once their run has succeeded or failed; results are never removed. Those of a cancelled run wait
 * a while for another generation to go on from them. Files go first and rows last, so that what a crash leaves behind is found
 * again.
 */
@Service
public class CheckpointRetention {
    private static final Logger log = LoggerFactory.getLogger(CheckpointRetention.class);

    private final JdbcClient jdbc;
    private final ArtifactStore artifacts;
    private final RunSettings settings;
    private final FailPoints failPoints;

    CheckpointRetention(JdbcClient jdbc, ArtifactStore artifacts, RunSettings settings, FailPoints failPoints) {
        this.settings = settings;
        this.failPoints = failPoints;
        this.jdbc = jdbc;
        this.artifacts = artifacts;
    }

    /** Removes those of a run that has succeeded. */
    public void removeOf(long runId) {
        remove(candidates("r.id = " + runId));
    }

    /** Removes what earlier removals left behind. */
    public void removeLeftovers() {
        remove(candidates("TRUE"));
    }

    private record Candidate(long id, String uri, boolean result) {}

    private List<Candidate> candidates(String which) {
        return jdbc.sql("""
                        SELECT c.id, c.uri, EXISTS (SELECT 1 FROM state s WHERE s.checkpoint_uri = c.uri) AS result
                        FROM checkpoint c JOIN run r ON r.id = c.run_id
                        WHERE %s AND (
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
                        ORDER BY c.id LIMIT 1000
                        """.formatted(which))
                .param("kept", settings.keepCancelled().toSeconds())
                .query((row, n) -> new Candidate(row.getLong("id"), row.getString("uri"), row.getBoolean("result")))
                .list();
    }

    private void remove(List<Candidate> candidates) {
        for (Candidate candidate : candidates) {
            try {
                if (!candidate.result()) {
                    failPoints.pass(FailPoint.FILES_UNNEEDED);
                    artifacts.delete(candidate.uri());
                    failPoints.pass(FailPoint.FILES_REMOVED);
                }
                jdbc.sql("DELETE FROM checkpoint WHERE id = ?")
                        .param(candidate.id())
                        .update();
            } catch (IOException e) {
                log.warn("checkpoint {} stays for now: {}", candidate.uri(), e.toString());
            }
        }
    }
}
