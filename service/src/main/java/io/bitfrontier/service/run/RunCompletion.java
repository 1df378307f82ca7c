package io.bitfrontier.service.run;

import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import io.bitfrontier.vocabulary.protocol.RunState;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The end of a run that has its results. {@link #begin}, storing the results and {@link #finish} happen in one transaction of
 * the caller, so that SUCCEEDED means stored.
 */
@Service
@Transactional(propagation = Propagation.MANDATORY)
public class RunCompletion {
    private final JdbcClient jdbc;
    private final RunTransitions transitions;
    private final AttemptEndings endings;
    private final Dependants dependants;
    private final ThroughputLog throughput;

    RunCompletion(
            JdbcClient jdbc,
            RunTransitions transitions,
            AttemptEndings endings,
            Dependants dependants,
            ThroughputLog throughput) {
        this.jdbc = jdbc;
        this.transitions = transitions;
        this.endings = endings;
        this.dependants = dependants;
        this.throughput = throughput;
    }

    /** A run whose completion has begun: its row and its attempt's are locked. */
    public record Completing(
            AttemptRef attempt,
            boolean train,
            long targetStateId,
            String trajectory,
            long toTokens,
            String evaluationVersion,
            String artifactUri) {}

    /**
     * Locks and checks.
     *
     * @return empty when this very attempt has completed before
     * @throws AttemptFencedException when it has ended otherwise
     * @throws ProblemException METRICS_MISSING with {@code expectedSequence} when batches are missing
     */
    public Optional<Completing> begin(AttemptRef attempt, long lastMetricSequence) {
        boolean alive = endings.lock(attempt);
        record Row(String state, long accepted, Completing completing) {}
        Row row = jdbc.sql("""
                        SELECT a.state, a.accepted_sequence, a.artifact_uri, r.kind, r.target_state_id, r.to_tokens,
                               r.evaluation_version, t.fingerprint
                        FROM attempt a
                        JOIN run r ON r.id = a.run_id
                        JOIN state s ON s.id = r.target_state_id
                        JOIN trajectory t ON t.id = s.trajectory_id
                        WHERE a.id = ?
                        """)
                .param(attempt.attemptId())
                .query((r, n) -> new Row(
                        r.getString("state"),
                        r.getLong("accepted_sequence"),
                        new Completing(
                                attempt,
                                r.getString("kind").equals("train"),
                                r.getLong("target_state_id"),
                                r.getString("fingerprint"),
                                r.getLong("to_tokens"),
                                r.getString("evaluation_version"),
                                r.getString("artifact_uri"))))
                .single();
        if (!alive) {
            if (row.state().equals("SUCCEEDED")) {
                return Optional.empty();
            }
            throw new AttemptFencedException(attempt.attemptId());
        }
        if (row.accepted() < lastMetricSequence) {
            throw new ProblemException(
                    ProblemCode.METRICS_MISSING,
                    "Batches " + (row.accepted() + 1) + " to " + lastMetricSequence + " of the metrics are not stored",
                    Map.of("expectedSequence", row.accepted() + 1));
        }
        return Optional.of(row.completing());
    }

    /** Stores the state that a train run has reached. */
    public void storeState(Completing run, StoredCheckpoint checkpoint) {
        List<Violation> violations = new ArrayList<>(CheckpointRules.check(checkpoint, run.artifactUri()));
        if (checkpoint.tokens() != run.toTokens()) {
            violations.add(new Violation(
                    "checkpoint.tokens",
                    Long.toString(checkpoint.tokens()),
                    "must be " + run.toTokens() + ", where the run ends"));
        }
        if (!checkpoint.trajectory().equals(run.trajectory())) {
            violations.add(new Violation(
                    "checkpoint.trajectory", checkpoint.trajectory(), "must be the run's own, " + run.trajectory()));
        }
        if (!violations.isEmpty()) {
            throw ProblemException.invalid(violations);
        }
        jdbc.sql("""
                        UPDATE state SET checkpoint_uri = ?, checkpoint_sha256 = ?, checkpoint_bytes = ?,
                          stored_at = clock_timestamp()
                        WHERE id = ? AND stored_at IS NULL
                        """)
                .param(checkpoint.uri())
                .param(checkpoint.sha256())
                .param(checkpoint.bytes())
                .param(run.targetStateId())
                .update();
    }

    /** Everything is stored: attempt and run have succeeded, and what waited for the state becomes READY. */
    public void finish(Completing run) {
        AttemptRef attempt = run.attempt();
        jdbc.sql(
                        "UPDATE attempt SET state = 'SUCCEEDED', ended_at = clock_timestamp() WHERE id = ? AND state = 'RUNNING'")
                .param(attempt.attemptId())
                .update();
        jdbc.sql("UPDATE run SET progress_tokens = to_tokens WHERE id = ?")
                .param(attempt.runId())
                .update();
        boolean moved = transitions.move(
                attempt.runId(),
                RunState.RUNNING,
                RunTransitions.Cause.of(
                        RunEvent.COMPLETED, attempt.attemptId(), attempt.actor(), "its results are stored"));
        if (!moved) {
            throw new IllegalStateException("run " + attempt.runId() + " was not RUNNING while its attempt was");
        }
        if (run.train()) {
            throughput.trained(attempt.attemptId());
            dependants.release(run.targetStateId());
        } else {
            throughput.evaluated(attempt.attemptId());
        }
    }
}
