package io.bitfrontier.service.run;

import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Which attempts are to checkpoint and leave, because every sweep that needs their run is paused or has reached a limit, or the
 * account they run on has reached one. Looked at with every heartbeat, so that it holds whatever was stored when.
 */
@Repository
class Drains {
    private final JdbcClient jdbc;

    Drains(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Why the attempt is to leave, in one sentence; it is kept with the attempt. Empty when it may go on. */
    Optional<String> reason(AttemptRef attempt) {
        Optional<String> reason = jdbc.sql("""
                        SELECT CASE
                          WHEN account.stopped_at IS NOT NULL THEN 'sweep ' || account.name || ' is stopped: ' || account.stop_reason
                          WHEN EXISTS (
                            SELECT 1 FROM sweep_run n JOIN sweep s ON s.id = n.sweep_id
                            WHERE n.run_id = a.run_id AND s.cancelled_at IS NULL AND s.stopped_at IS NULL
                              AND (s.paused_at IS NULL OR NOT s.pause_drains)) THEN NULL
                          ELSE (
                            SELECT 'sweep ' || s.name
                                   || CASE WHEN s.stopped_at IS NULL THEN ' is paused' ELSE ' is stopped: ' || s.stop_reason END
                            FROM sweep_run n JOIN sweep s ON s.id = n.sweep_id
                            WHERE n.run_id = a.run_id AND s.cancelled_at IS NULL
                            ORDER BY greatest(s.paused_at, s.stopped_at) DESC LIMIT 1)
                        END AS reason
                        FROM attempt a LEFT JOIN sweep account ON account.id = a.sweep_id
                        WHERE a.id = ?
                        """)
                .param(attempt.attemptId())
                .query((row, n) -> Optional.ofNullable(row.getString("reason")))
                .single();
        reason.ifPresent(sentence -> jdbc.sql(
                        "UPDATE attempt SET leave_reason = :reason WHERE id = :id AND state = 'RUNNING' AND leave_reason IS NULL")
                .param("reason", sentence)
                .param("id", attempt.attemptId())
                .update());
        return reason;
    }
}
