package io.bitfrontier.service.run;

import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.RunState;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What waits for a run: it becomes READY when the state it starts from is stored, and fails when that can never be. */
@Service
public class Dependants {
    private static final String ACTOR = "service";

    /** Found by the state alone, as {@link ClaimQueue#CONTINUING} is, and then looked at. */
    static final String WAITING =
            "SELECT id FROM run WHERE start_state_id = :state AND state || '' = 'PLANNED' ORDER BY id";

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
        List<Long> waiting =
                jdbc.sql(WAITING).param("state", stateId).query(Long.class).list();
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
                          FROM run failed JOIN run r ON r.start_state_id = failed.target_state_id
                            AND r.state || '' = 'PLANNED'
                          WHERE failed.id = ? AND failed.kind = 'train'
                          UNION
                          SELECT r.id, r.target_state_id, r.kind
                          FROM doomed d JOIN run r ON r.start_state_id = d.target_state_id
                            AND r.state || '' = 'PLANNED'
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
     * other. It reads everything that waits, so it is not for every round: {@link AfterSubmission} has looked already, and only
     * what it missed is left.
     *
     * @return how many moved on
     */
    @Transactional
    public int settle() {
        return settleAmong(null);
    }

    /** As {@link #settle()}, of one sweep's runs alone. */
    @Transactional
    public int settle(UUID sweep) {
        return settleAmong(sweep);
    }

    /**
     * It asks run by run, by index, as {@link QueueSettlement} does: joins would be left to statistics that know nothing yet of a
     * large sweep just stored.
     *
     * @param sweep whose runs count; null for all
     */
    private int settleAmong(@Nullable UUID sweep) {
        List<Long> stored = among(sweep, """
                SELECT n.run_id FROM (%s) n
                WHERE (SELECT r.state = 'PLANNED' AND (SELECT s.stored_at FROM state s WHERE s.id = r.start_state_id) IS NOT NULL
                       FROM run r WHERE r.id = n.run_id)
                ORDER BY n.run_id
                """);
        promote(stored);
        // Few runs have failed, and whose sweep waits for them makes no difference.
        List<Long> failed = jdbc.sql("""
                        SELECT f.id FROM run f
                        WHERE f.kind = 'train' AND f.state = 'FAILED'
                          AND (SELECT count(*) FROM run r
                               WHERE r.state || '' = 'PLANNED' AND r.start_state_id = f.target_state_id) > 0
                          AND (SELECT s.stored_at FROM state s WHERE s.id = f.target_state_id) IS NULL
                          AND (SELECT count(*) FROM run other
                               WHERE other.target_state_id = f.target_state_id AND other.kind = 'train'
                                 AND other.state IN ('PLANNED', 'READY', 'RUNNING', 'SUCCEEDED')
                                 AND other.evicted_at IS NULL) = 0
                        ORDER BY f.id
                        """).query(Long.class).list();
        for (long run : failed) {
            failAfter(run, failureOf(run));
        }
        return stored.size() + failed.size();
    }

    /** @param sweep whose runs count; null for all */
    private List<Long> among(@Nullable UUID sweep, String sql) {
        if (sweep == null) {
            return jdbc.sql(sql.formatted("SELECT id AS run_id FROM run WHERE state = 'PLANNED'"))
                    .query(Long.class)
                    .list();
        }
        return jdbc.sql(sql.formatted("SELECT run_id FROM sweep_run WHERE sweep_id = ? AND state = 'PLANNED'"))
                .param(sweep)
                .query(Long.class)
                .list();
    }

    private FailureClass failureOf(long run) {
        return FailureClass.valueOf(jdbc.sql("SELECT failure_class FROM run WHERE id = ?")
                .param(run)
                .query(String.class)
                .single());
    }
}
