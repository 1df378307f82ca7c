package io.bitfrontier.service.run;

import io.bitfrontier.vocabulary.protocol.WorkerProtocol.HeartbeatReply;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Signs of life of attempts. All times are the database's. */
@Service
public class Leases {
    private final JdbcClient jdbc;
    private final Drains drains;
    private final RunSettings settings;

    Leases(JdbcClient jdbc, Drains drains, RunSettings settings) {
        this.jdbc = jdbc;
        this.drains = drains;
        this.settings = settings;
    }

    /**
     * Renews the lease.
     *
     * @param tokens lineage tokens reached
     * @throws AttemptFencedException when the attempt has ended, unless its run was cancelled: then the answer is to stop
     */
    @Transactional
    public HeartbeatReply renew(AttemptRef attempt, long tokens) {
        String runState = jdbc.sql("""
                        UPDATE run SET progress_tokens = CASE WHEN state = 'RUNNING'
                          THEN LEAST(GREATEST(:tokens, from_tokens), to_tokens) ELSE progress_tokens END
                        WHERE id = :run RETURNING state
                        """)
                .param("tokens", tokens)
                .param("run", attempt.runId())
                .query(String.class)
                .single();
        long lease = settings.lease().toSeconds();
        int renewed = jdbc.sql("""
                        UPDATE attempt SET lease_expires_at = clock_timestamp() + make_interval(secs => ?), missed_rounds = 0
                        WHERE id = ? AND state = 'RUNNING'
                        """).param(lease).param(attempt.attemptId()).update();
        if (renewed == 0) {
            if (runState.equals("CANCELLED")) {
                return new HeartbeatReply(HeartbeatReply.STOP, lease);
            }
            throw new AttemptFencedException(attempt.attemptId());
        }
        boolean draining =
                jdbc.sql("""
                        UPDATE worker SET last_seen_at = clock_timestamp() WHERE id = ? RETURNING drain_at IS NOT NULL
                        """).param(attempt.workerId()).query(Boolean.class).single();
        boolean leaves = draining || drains.reason(attempt).isPresent();
        return new HeartbeatReply(leaves ? HeartbeatReply.CHECKPOINT_AND_LEAVE : HeartbeatReply.CONTINUE, lease);
    }

    /**
     * A round finds the leases that have passed and counts it. What a round counted counts on for the next one only, whichever
     * replica that is: after a pause in which nobody looked the count begins again, so that workers have the time to report
     * once more when an outage is over. Events bring rounds forward and replicas look by turns: rounds in quick succession
     * count as one, so that a number of rounds is a time too. Replicas lock what they count in one order, so that none waits for
     * another that waits for it.
     *
     * @param rounds in a row that must find a lease passed
     * @param spacing rounds closer together than this count once
     * @param pause rounds further apart than this are not in a row: nobody looked in between
     * @return attempts that so many rounds have found passed
     */
    @Transactional
    public List<AttemptRef> missed(int rounds, Duration spacing, Duration pause) {
        return jdbc.sql("""
                        WITH passed AS (
                          SELECT id FROM attempt
                          WHERE state = 'RUNNING' AND lease_expires_at < clock_timestamp()
                            AND (missed_at IS NULL OR missed_at <= clock_timestamp() - make_interval(secs => :spacing))
                          ORDER BY id FOR NO KEY UPDATE),
                        counted AS (
                          UPDATE attempt SET
                            missed_rounds = CASE WHEN missed_at > clock_timestamp() - make_interval(secs => :pause)
                              THEN missed_rounds + 1 ELSE 1 END,
                            missed_at = clock_timestamp()
                          FROM passed WHERE attempt.id = passed.id
                          RETURNING attempt.id, run_id, worker_id, missed_rounds)
                        SELECT id, run_id, worker_id FROM counted WHERE missed_rounds >= :rounds ORDER BY id
                        """)
                .param("spacing", spacing.toMillis() / 1e3)
                .param("pause", pause.toMillis() / 1e3)
                .param("rounds", rounds)
                .query((row, n) -> new AttemptRef(
                        row.getLong("id"), row.getLong("run_id"), row.getObject("worker_id", UUID.class)))
                .list();
    }

    /** There was an outage: what was counted before it does not count after it. */
    @Transactional
    public void forgetMisses() {
        jdbc.sql("""
                        WITH counted AS (
                          SELECT id FROM attempt WHERE state = 'RUNNING' AND missed_rounds > 0 ORDER BY id FOR NO KEY UPDATE)
                        UPDATE attempt SET missed_rounds = 0, missed_at = NULL FROM counted WHERE attempt.id = counted.id
                        """).update();
    }

    /** Attempts that have run longer than they may. */
    public List<AttemptRef> overdue() {
        return jdbc.sql("""
                        SELECT id, run_id, worker_id FROM attempt
                        WHERE state = 'RUNNING' AND deadline_at < clock_timestamp() ORDER BY id
                        """)
                .query((row, n) -> new AttemptRef(
                        row.getLong("id"), row.getLong("run_id"), row.getObject("worker_id", UUID.class)))
                .list();
    }

    /** Attempts that a worker has not ended. */
    public List<AttemptRef> of(UUID worker) {
        return jdbc.sql("SELECT id, run_id FROM attempt WHERE worker_id = ? AND state = 'RUNNING'")
                .param(worker)
                .query((row, n) -> new AttemptRef(row.getLong("id"), row.getLong("run_id"), worker))
                .list();
    }

    /** A write came after the attempt had ended. */
    @Transactional
    public void countRefused(AttemptRef attempt) {
        jdbc.sql("UPDATE attempt SET refused_writes = refused_writes + 1 WHERE id = ?")
                .param(attempt.attemptId())
                .update();
    }
}
