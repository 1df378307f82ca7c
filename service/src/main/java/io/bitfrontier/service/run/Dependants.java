package io.bitfrontier.service.run;

import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.RunState;
import java.util.List;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What waits for a run: it becomes READY when the state it starts from is stored, and fails when that can never be. */
@Service
public class Dependants {
    private static final String ACTOR = "service";

    private final JdbcClient jdbc;
    private final RunTransitions transitions;
    private final ApplicationEventPublisher events;

    Dependants(JdbcClient jdbc, RunTransitions transitions, ApplicationEventPublisher events) {
        this.jdbc = jdbc;
        this.transitions = transitions;
        this.events = events;
    }

    /** The state has been stored. */
    void release(long stateId) {
        List<Long> waiting = jdbc.sql("SELECT id FROM run WHERE state = 'PLANNED' AND start_state_id = ? ORDER BY id")
                .param(stateId)
                .query(Long.class)
                .list();
        promote(waiting);
    }

    private void promote(List<Long> waiting) {
        List<Long> ready = transitions.move(
                waiting,
                RunState.PLANNED,
                RunTransitions.Cause.of(RunEvent.START_STORED, null, ACTOR, "the state it starts from is stored"));
        if (!ready.isEmpty()) {
            events.publishEvent(new RunsReady());
        }
    }

    /** The run has failed: everything that starts from its state, directly or not, fails with it. */
    void failAfter(long runId, FailureClass failure) {
        List<Long> doomed = jdbc.sql("""
                        WITH RECURSIVE doomed AS (
                          SELECT r.id, r.target_state_id, r.kind
                          FROM run failed JOIN run r ON r.start_state_id = failed.target_state_id AND r.state = 'PLANNED'
                          WHERE failed.id = ? AND failed.kind = 'train'
                          UNION
                          SELECT r.id, r.target_state_id, r.kind
                          FROM doomed d JOIN run r ON r.start_state_id = d.target_state_id AND r.state = 'PLANNED'
                          WHERE d.kind = 'train')
                        SELECT id FROM doomed ORDER BY id
                        """).param(runId).query(Long.class).list();
        transitions.move(
                doomed,
                RunState.PLANNED,
                RunTransitions.Cause.of(
                                RunEvent.START_FAILED,
                                null,
                                ACTOR,
                                "run " + runId + ", which it starts from, has failed")
                        .failing(failure));
    }

    /**
     * Finds runs that were planned while the state they wait for was being decided: the two transactions did not see each
     * other.
     *
     * @return how many moved on
     */
    @Transactional
    public int settle() {
        List<Long> stored = jdbc.sql("""
                        SELECT r.id FROM run r JOIN state s ON s.id = r.start_state_id
                        WHERE r.state = 'PLANNED' AND s.stored_at IS NOT NULL ORDER BY r.id
                        """).query(Long.class).list();
        promote(stored);
        List<Long> failed = jdbc.sql("""
                        SELECT DISTINCT f.id FROM run r
                        JOIN run f ON f.target_state_id = r.start_state_id AND f.kind = 'train' AND f.state = 'FAILED'
                        JOIN state s ON s.id = r.start_state_id AND s.stored_at IS NULL
                        WHERE r.state = 'PLANNED'
                          AND NOT EXISTS (
                            SELECT 1 FROM run other
                            WHERE other.target_state_id = r.start_state_id AND other.kind = 'train'
                              AND other.state IN ('PLANNED', 'READY', 'RUNNING', 'SUCCEEDED') AND other.evicted_at IS NULL)
                        """).query(Long.class).list();
        for (long run : failed) {
            failAfter(run, failureOf(run));
        }
        return stored.size() + failed.size();
    }

    private FailureClass failureOf(long run) {
        return FailureClass.valueOf(jdbc.sql("SELECT failure_class FROM run WHERE id = ?")
                .param(run)
                .query(String.class)
                .single());
    }
}
