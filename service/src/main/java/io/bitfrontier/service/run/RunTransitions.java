package io.bitfrontier.service.run;

import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.RunState;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The only writer of a run's state: every change is a guarded UPDATE together with its row of history and the sweeps' rows of the run. */
@Repository
class RunTransitions {
    private static final Logger log = LoggerFactory.getLogger(RunTransitions.class);

    private final JdbcClient jdbc;

    RunTransitions(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * What is written with a change of state.
     *
     * @param event what happened
     * @param attemptId the attempt it happened to; null for none
     * @param actor who brought it about: {@code worker <id>}, {@code reconcile}, a submitter
     * @param reason one sentence
     * @param failureClass for changes to FAILED
     * @param delay until the run may be claimed again
     */
    record Cause(
            RunEvent event,
            @Nullable Long attemptId,
            String actor,
            String reason,
            @Nullable FailureClass failureClass,
            Duration delay) {
        static Cause of(RunEvent event, @Nullable Long attemptId, String actor, String reason) {
            return new Cause(event, attemptId, actor, reason, null, Duration.ZERO);
        }

        Cause failing(FailureClass failure) {
            return new Cause(event, attemptId, actor, reason, failure, delay);
        }

        Cause after(Duration wait) {
            return new Cause(event, attemptId, actor, reason, failureClass, wait);
        }
    }

    /**
     * Moves one run.
     *
     * @return whether it was in {@code from} and has moved
     */
    boolean move(long runId, RunState from, Cause cause) {
        return move(List.of(runId), from, cause).size() == 1;
    }

    /**
     * Moves those of the runs that are in {@code from}; the others stay as they are.
     *
     * @return the ids that moved
     */
    List<Long> move(Collection<Long> runIds, RunState from, Cause cause) {
        RunState to = RunStateMachine.next(from, cause.event())
                .orElseThrow(() -> new IllegalStateException(cause.event() + " is not allowed in " + from));
        if (runIds.isEmpty()) {
            return List.of();
        }
        List<Long> moved = jdbc.sql("""
                        WITH moved AS (
                          UPDATE run SET
                            state = :to,
                            version = version + 1,
                            finished_at = CASE WHEN :final THEN clock_timestamp() END,
                            not_before = clock_timestamp() + make_interval(secs => :delay),
                            failure_class = :failureClass,
                            failure_message = CASE WHEN CAST(:failureClass AS text) IS NOT NULL THEN :reason END
                          WHERE id = ANY(:ids) AND state = :from
                          RETURNING id, not_before),
                        told AS (
                          UPDATE sweep_run n SET state = :to, not_before = moved.not_before
                          FROM moved WHERE n.run_id = moved.id)
                        INSERT INTO run_transition (run_id, attempt_id, from_state, to_state, event, actor, reason)
                        SELECT id, :attempt, :from, :to, :event, :actor, :reason FROM moved
                        RETURNING run_id
                        """)
                .param("to", to.name())
                .param("final", to.isFinal())
                .param("delay", cause.delay().toMillis() / 1000.0)
                .param(
                        "failureClass",
                        cause.failureClass() == null
                                ? null
                                : cause.failureClass().name())
                .param("reason", cause.reason())
                .param("ids", runIds.toArray(Long[]::new))
                .param("from", from.name())
                .param("attempt", cause.attemptId(), java.sql.Types.BIGINT)
                .param("event", cause.event().name())
                .param("actor", cause.actor())
                .query(Long.class)
                .list();
        if (!moved.isEmpty()) {
            log.info("{} {} → {} ({}): {}", name(moved), from, to, cause.event(), cause.reason());
        }
        return moved;
    }

    private static String name(List<Long> ids) {
        return ids.size() == 1 ? "run " + ids.get(0) : ids.size() + " runs";
    }
}
