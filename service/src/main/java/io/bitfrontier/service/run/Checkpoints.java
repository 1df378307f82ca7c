package io.bitfrontier.service.run;

import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Checkpoints on the way, from which the next attempt at a run resumes. */
@Service
public class Checkpoints {
    private final JdbcClient jdbc;
    private final AttemptEndings endings;

    Checkpoints(JdbcClient jdbc, AttemptEndings endings) {
        this.jdbc = jdbc;
        this.endings = endings;
    }

    /**
     * Registers one; a second report of the same is acknowledged.
     *
     * @throws AttemptFencedException when the attempt has ended
     */
    @Transactional
    public void register(AttemptRef attempt, StoredCheckpoint checkpoint) {
        if (!endings.lock(attempt)) {
            throw new AttemptFencedException(attempt.attemptId());
        }
        record Bounds(String kind, long from, long to, String fingerprint, String artifactUri) {}
        Bounds bounds = jdbc.sql("""
                        SELECT r.kind, r.from_tokens, r.to_tokens, t.fingerprint, a.artifact_uri
                        FROM attempt a
                        JOIN run r ON r.id = a.run_id
                        JOIN state s ON s.id = r.target_state_id
                        JOIN trajectory t ON t.id = s.trajectory_id
                        WHERE a.id = ?
                        """)
                .param(attempt.attemptId())
                .query((row, n) -> new Bounds(
                        row.getString("kind"),
                        row.getLong("from_tokens"),
                        row.getLong("to_tokens"),
                        row.getString("fingerprint"),
                        row.getString("artifact_uri")))
                .single();
        List<Violation> violations = new ArrayList<>(CheckpointRules.check(checkpoint, bounds.artifactUri()));
        if (bounds.kind().equals("evaluate")) {
            violations.add(new Violation("checkpoint", null, "an evaluation has no checkpoints"));
        }
        if (checkpoint.tokens() < bounds.from() || checkpoint.tokens() > bounds.to()) {
            violations.add(new Violation(
                    "checkpoint.tokens",
                    Long.toString(checkpoint.tokens()),
                    "must be from " + bounds.from() + " to " + bounds.to()));
        }
        if (!checkpoint.trajectory().equals(bounds.fingerprint())) {
            violations.add(new Violation(
                    "checkpoint.trajectory",
                    checkpoint.trajectory(),
                    "must be the run's own, " + bounds.fingerprint()));
        }
        if (!violations.isEmpty()) {
            throw ProblemException.invalid(violations);
        }
        jdbc.sql("""
                        INSERT INTO checkpoint (run_id, attempt_id, tokens, uri, sha256, bytes)
                        VALUES (?, ?, ?, ?, ?, ?)
                        ON CONFLICT (attempt_id, tokens) DO NOTHING
                        """)
                .param(attempt.runId())
                .param(attempt.attemptId())
                .param(checkpoint.tokens())
                .param(checkpoint.uri())
                .param(checkpoint.sha256())
                .param(checkpoint.bytes())
                .update();
    }
}
