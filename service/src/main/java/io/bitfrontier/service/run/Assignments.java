package io.bitfrontier.service.run;

import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.EvaluateWork;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Puts together what a worker needs to know about an attempt. */
@Repository
class Assignments {
    private final JdbcClient jdbc;
    private final RunSettings settings;

    Assignments(JdbcClient jdbc, RunSettings settings) {
        this.jdbc = jdbc;
        this.settings = settings;
    }

    Assignment of(long attemptId, AttemptToken token) {
        return jdbc.sql("""
                        SELECT a.id, a.run_id, a.artifact_uri, r.kind, r.from_tokens, r.to_tokens, r.start_state_id,
                               r.evaluation, t.spec, t.fingerprint,
                               target.tokens AS target_tokens, target.checkpoint_uri AS target_uri,
                               target.checkpoint_sha256 AS target_sha256, target.checkpoint_bytes AS target_bytes,
                               start.tokens AS start_tokens, start.checkpoint_uri AS start_uri,
                               start.checkpoint_sha256 AS start_sha256, start.checkpoint_bytes AS start_bytes,
                               start_trajectory.fingerprint AS start_fingerprint,
                               reference.tokens AS reference_tokens, reference.checkpoint_uri AS reference_uri,
                               reference.checkpoint_sha256 AS reference_sha256,
                               reference.checkpoint_bytes AS reference_bytes,
                               reference_trajectory.fingerprint AS reference_fingerprint
                        FROM attempt a
                        JOIN run r ON r.id = a.run_id
                        JOIN state target ON target.id = r.target_state_id
                        JOIN trajectory t ON t.id = target.trajectory_id
                        LEFT JOIN state start ON start.id = r.start_state_id
                        LEFT JOIN trajectory start_trajectory ON start_trajectory.id = start.trajectory_id
                        LEFT JOIN state reference ON reference.id = t.start_state_id
                        LEFT JOIN trajectory reference_trajectory ON reference_trajectory.id = reference.trajectory_id
                        WHERE a.id = ?
                        """)
                .param(attemptId)
                .query((row, n) -> assignment(row, token))
                .single();
    }

    private Assignment assignment(ResultSet row, AttemptToken token) throws SQLException {
        TrajectorySpec trajectory = WorkJson.read(row.getString("spec"), TrajectorySpec.class);
        boolean train = row.getString("kind").equals("train");
        return new Assignment(
                row.getLong("id"),
                row.getLong("run_id"),
                token.secret(),
                settings.lease().toSeconds(),
                row.getString("artifact_uri"),
                train ? train(row, trajectory) : null,
                train ? null : evaluate(row, trajectory));
    }

    private TrainWork train(ResultSet row, TrajectorySpec trajectory) throws SQLException {
        StoredCheckpoint from = null;
        if (row.getObject("start_state_id") != null) {
            from = checkpoint(row, "start", row.getString("start_fingerprint"));
            if (from == null) {
                throw new IllegalStateException(
                        "run " + row.getLong("run_id") + " was READY while its start is not stored");
            }
        }
        return new TrainWork(
                trajectory,
                row.getLong("from_tokens"),
                row.getLong("to_tokens"),
                from,
                newest(row.getLong("run_id"), row.getString("fingerprint")),
                settings.checkpointEvery().toSeconds());
    }

    private static EvaluateWork evaluate(ResultSet row, TrajectorySpec trajectory) throws SQLException {
        StoredCheckpoint checkpoint = checkpoint(row, "target", row.getString("fingerprint"));
        if (checkpoint == null) {
            throw new IllegalStateException(
                    "run " + row.getLong("run_id") + " was READY while the evaluated state is not stored");
        }
        return new EvaluateWork(
                trajectory,
                row.getLong("target_tokens"),
                checkpoint,
                checkpoint(row, "reference", row.getString("reference_fingerprint")),
                WorkJson.read(row.getString("evaluation"), EvaluationSpec.class));
    }

    private static @Nullable StoredCheckpoint checkpoint(ResultSet row, String state, @Nullable String fingerprint)
            throws SQLException {
        String uri = row.getString(state + "_uri");
        if (uri == null || fingerprint == null) {
            return null;
        }
        return new StoredCheckpoint(
                uri,
                row.getString(state + "_sha256"),
                row.getLong(state + "_tokens"),
                fingerprint,
                row.getLong(state + "_bytes"));
    }

    private @Nullable StoredCheckpoint newest(long runId, String fingerprint) {
        return jdbc.sql("""
                        SELECT c.uri, c.sha256, c.tokens, c.bytes FROM checkpoint c
                        WHERE c.id = resume_checkpoint(?)
                        """)
                .param(runId)
                .query((row, n) -> new StoredCheckpoint(
                        row.getString("uri"),
                        row.getString("sha256"),
                        row.getLong("tokens"),
                        fingerprint,
                        row.getLong("bytes")))
                .optional()
                .orElse(null);
    }
}
