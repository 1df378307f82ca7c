package io.bitfrontier.service.run;

import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.RunState;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Ends attempts that bring no result, and decides by {@link RetryRules} whether the run is tried again. */
@Service
public class AttemptEndings {
    private static final int LONGEST_MESSAGE = 2_000;

    private final JdbcClient jdbc;
    private final RunTransitions transitions;
    private final Dependants dependants;

    AttemptEndings(JdbcClient jdbc, RunTransitions transitions, Dependants dependants) {
        this.jdbc = jdbc;
        this.transitions = transitions;
        this.dependants = dependants;
    }

    /**
     * The worker says that it ends without a result. Saying it twice has no further effect.
     *
     * @throws AttemptFencedException when the attempt had ended otherwise
     */
    @Transactional
    public void fail(AttemptRef attempt, FailureClass failure, String message) {
        if (!lock(attempt)) {
            if ("FAILED".equals(stateOf(attempt))) {
                return;
            }
            throw new AttemptFencedException(attempt.attemptId());
        }
        String asked = failure == FailureClass.PREEMPTED ? leaveReason(attempt) : null;
        end(attempt, "FAILED", failure, asked == null ? message : message + ": " + asked, attempt.actor());
    }

    /**
     * The attempt is over because its worker is gone, silent or forgetful. It is fenced: what it still writes is refused.
     *
     * @return false when it had ended already
     */
    @Transactional
    public boolean lose(AttemptRef attempt, FailureClass failure, String reason, String actor) {
        if (!lock(attempt)) {
            return false;
        }
        end(attempt, "FENCED", failure, reason, actor);
        return true;
    }

    /** As {@link #lose}, but only if the lease has passed by database time at this very moment. */
    @Transactional
    public boolean expire(AttemptRef attempt, String actor) {
        if (!lock(attempt)) {
            return false;
        }
        boolean expired = jdbc.sql("SELECT lease_expires_at < clock_timestamp() FROM attempt WHERE id = ?")
                .param(attempt.attemptId())
                .query(Boolean.class)
                .single();
        if (expired) {
            end(attempt, "FENCED", FailureClass.LOST, "no sign of life until the lease had passed", actor);
        }
        return expired;
    }

    /** Locks the run, then the attempt (the order of everybody who changes both); whether the attempt is alive. */
    boolean lock(AttemptRef attempt) {
        jdbc.sql("SELECT id FROM run WHERE id = ? FOR NO KEY UPDATE")
                .param(attempt.runId())
                .query(Long.class)
                .single();
        return jdbc.sql("SELECT state = 'RUNNING' FROM attempt WHERE id = ? FOR UPDATE")
                .param(attempt.attemptId())
                .query(Boolean.class)
                .single();
    }

    private @Nullable String leaveReason(AttemptRef attempt) {
        return jdbc.sql("SELECT leave_reason FROM attempt WHERE id = ?")
                .param(attempt.attemptId())
                .query((row, n) -> Optional.ofNullable(row.getString("leave_reason")))
                .single()
                .orElse(null);
    }

    private @Nullable String stateOf(AttemptRef attempt) {
        return jdbc.sql("SELECT state FROM attempt WHERE id = ?")
                .param(attempt.attemptId())
                .query(String.class)
                .single();
    }

    private void end(AttemptRef attempt, String state, FailureClass failure, String message, String actor) {
        // PostgreSQL has no text with a NUL in it.
        String text = message.replace('\0', '\uFFFD');
        String sentence = text.length() > LONGEST_MESSAGE ? text.substring(0, LONGEST_MESSAGE) + "…" : text;
        jdbc.sql("""
                        UPDATE attempt SET state = :state, ended_at = clock_timestamp(),
                          failure_class = :class, failure_message = :message
                        WHERE id = :id
                        """)
                .param("state", state)
                .param("class", failure.name())
                .param("message", sentence)
                .param("id", attempt.attemptId())
                .update();
        int failures = jdbc.sql("SELECT count(*) FROM attempt WHERE run_id = ? AND failure_class = ?")
                .param(attempt.runId())
                .param(failure.name())
                .query(Integer.class)
                .single();
        RetryRules.Rule rule = RetryRules.of(failure);
        if (rule.allows(failures)) {
            transitions.move(
                    attempt.runId(),
                    RunState.RUNNING,
                    RunTransitions.Cause.of(rule.event(), attempt.attemptId(), actor, failure + ": " + sentence)
                            .after(rule.wait(failures)));
            return;
        }
        String budget =
                rule.retries() == 0 ? "never retried" : "failure " + failures + " of this class, the last allowed";
        transitions.move(
                attempt.runId(),
                RunState.RUNNING,
                RunTransitions.Cause.of(
                                RunEvent.FAILED, attempt.attemptId(), actor, failure + " (" + budget + "): " + sentence)
                        .failing(failure));
        dependants.failAfter(attempt.runId(), failure);
    }
}
