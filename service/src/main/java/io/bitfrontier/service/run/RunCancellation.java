package io.bitfrontier.service.run;

import io.bitfrontier.vocabulary.protocol.RunState;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Stops runs that nobody needs any more. */
@Service
public class RunCancellation {
    private static final List<RunState> LIVING = List.of(RunState.PLANNED, RunState.READY, RunState.RUNNING);

    private final JdbcClient jdbc;
    private final RunTransitions transitions;

    RunCancellation(JdbcClient jdbc, RunTransitions transitions) {
        this.jdbc = jdbc;
        this.transitions = transitions;
    }

    /**
     * Cancels the living runs of a sweep that no other uncancelled sweep needs. Their attempts are fenced: a late completion is
     * refused. Harmless when repeated. Call it in the transaction that marks the sweep cancelled.
     *
     * @return how many runs were cancelled
     */
    @Transactional
    public int cancelUnneeded(UUID sweepId, String actor, String reason) {
        return cancel(sweepId, null, actor, reason);
    }

    /**
     * As {@link #cancelUnneeded}, but only evaluations of other versions than the one that the sweep now has; it needs them no
     * more, whoever else does.
     */
    @Transactional
    public int replaceEvaluations(UUID sweepId, String version, String actor, String reason) {
        int cancelled = cancel(sweepId, version, actor, reason);
        jdbc.sql("""
                        WITH gone AS (
                          DELETE FROM sweep_run n USING run r
                          WHERE n.sweep_id = :sweep AND r.id = n.run_id AND r.kind = 'evaluate'
                            AND r.evaluation_version <> :version AND r.state <> 'SUCCEEDED'
                          RETURNING n.run_id, n.sweep_id)
                        INSERT INTO sweep_past_run (run_id, sweep_id) SELECT run_id, sweep_id FROM gone
                        ON CONFLICT DO NOTHING
                        """).param("sweep", sweepId).param("version", version).update();
        return cancelled;
    }

    private int cancel(UUID sweepId, @Nullable String otherThan, String actor, String reason) {
        // Rows are locked by id, and runs before attempts: the order of everybody who changes both.
        List<Long> unneeded = jdbc.sql("""
                        SELECT r.id FROM run r
                        JOIN sweep_run mine ON mine.run_id = r.id AND mine.sweep_id = :sweep
                        WHERE r.state IN ('PLANNED', 'READY', 'RUNNING')
                          AND (CAST(:other AS text) IS NULL OR r.kind = 'evaluate' AND r.evaluation_version <> :other)
                          AND NOT EXISTS (
                            SELECT 1 FROM sweep_run other JOIN sweep s ON s.id = other.sweep_id
                            WHERE other.run_id = r.id AND other.sweep_id <> :sweep AND s.cancelled_at IS NULL)
                        ORDER BY r.id
                        FOR NO KEY UPDATE OF r
                        """)
                .param("sweep", sweepId)
                .param("other", otherThan, java.sql.Types.VARCHAR)
                .query(Long.class)
                .list();
        int cancelled = 0;
        for (RunState from : LIVING) {
            cancelled += transitions
                    .move(unneeded, from, RunTransitions.Cause.of(RunEvent.CANCELLED, null, actor, reason))
                    .size();
        }
        if (!unneeded.isEmpty()) {
            jdbc.sql("""
                            UPDATE attempt SET state = 'FENCED', ended_at = clock_timestamp(), failure_message = :reason
                            WHERE run_id = ANY(:ids) AND state = 'RUNNING'
                            """)
                    .param("reason", reason)
                    .param("ids", unneeded.toArray(Long[]::new))
                    .update();
        }
        return cancelled;
    }
}
