package io.bitfrontier.service.run;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The sweeps that wait for machines, the first to be served first, and the head of each one's queue. A run that several sweeps
 * need stands in the queue of each and is claimed through the first that may have another worker, so it has the highest priority
 * of the living, unpaused ones. The cost of a look grows with the number of sweeps that wait, not with that of their runs.
 */
@Repository
class ClaimQueue {
    /** Waiting raises a sweep to here and no further: just above the highest priority that a document may ask for. */
    static final int HIGHEST_RANK = 101;

    /** First half of the key of the locks that claims under limits take, one per project. */
    private static final int LOCK = 0x636c_6169;

    static final String WAITING = """
            WITH RECURSIVE queued (sweep_id) AS (
              (SELECT sweep_id FROM sweep_run WHERE ready AND resource_class = :class ORDER BY sweep_id LIMIT 1)
              UNION ALL
              SELECT (SELECT n.sweep_id FROM sweep_run n
                      WHERE n.ready AND n.resource_class = :class AND n.sweep_id > q.sweep_id ORDER BY n.sweep_id LIMIT 1)
              FROM queued q WHERE q.sweep_id IS NOT NULL)
            SELECT o.sweep_id, o.project_id, o.limited, aged.rank
            FROM queued q
            JOIN sweep_room o ON o.sweep_id = q.sweep_id
            CROSS JOIN LATERAL (
              SELECT n.run_id, n.critical_path_flops
              FROM sweep_run n JOIN run r ON r.id = n.run_id
              WHERE n.ready AND n.resource_class = :class AND n.sweep_id = q.sweep_id
                AND r.state = 'READY' AND r.not_before <= statement_timestamp()
              ORDER BY n.critical_path_flops DESC, n.run_id LIMIT 1) head
            CROSS JOIN LATERAL (
              SELECT greatest(o.open_since,
                       (SELECT min(n.not_before) FROM sweep_run n
                        WHERE n.ready AND n.resource_class = :class AND n.sweep_id = q.sweep_id),
                       (SELECT max(a.started_at) FROM attempt a WHERE a.sweep_id = q.sweep_id)) AS since,
                     EXISTS (SELECT 1 FROM attempt a WHERE a.sweep_id = q.sweep_id AND a.state = 'RUNNING') AS served) waits
            CROSS JOIN LATERAL (
              SELECT CASE WHEN waits.served THEN o.priority
                     ELSE least(:highest, o.priority + floor(greatest(0,
                            extract(epoch FROM statement_timestamp() - waits.since) / :step)))::integer END AS rank) aged
            WHERE coalesce(o.room, 1) > 0
            ORDER BY aged.rank DESC, head.critical_path_flops DESC, head.run_id
            """;

    static final String HEAD = """
            SELECT r.id
            FROM sweep_run n JOIN run r ON r.id = n.run_id
            WHERE n.ready AND n.resource_class = :class AND n.sweep_id = :sweep
              AND r.state = 'READY' AND r.not_before <= clock_timestamp()
            ORDER BY n.critical_path_flops DESC, n.run_id
            LIMIT 1 FOR NO KEY UPDATE OF r SKIP LOCKED
            """;

    /**
     * By the state alone: after a large submission statistics say for a while that no run is READY, and an index by run state would
     * be read from end to end. Nor are the sweep's other runs read.
     */
    static final String CONTINUING = """
            SELECT r.id, n.sweep_id
            FROM run r
            JOIN LATERAL (SELECT m.sweep_id, m.critical_path_flops FROM sweep_run m WHERE m.run_id = r.id OFFSET 0) n
              ON n.sweep_id = ANY(:sweeps)
            WHERE r.start_state_id = :held AND r.state || '' = 'READY' AND r.resource_class = :class
              AND r.not_before <= clock_timestamp()
            ORDER BY n.critical_path_flops DESC, r.id, n.sweep_id
            LIMIT 1 FOR NO KEY UPDATE OF r SKIP LOCKED
            """;

    private final JdbcClient jdbc;
    private final RunSettings settings;

    ClaimQueue(JdbcClient jdbc, RunSettings settings) {
        this.jdbc = jdbc;
        this.settings = settings;
    }

    /**
     * A sweep with READY runs that may have another worker.
     *
     * @param limited whether a limit of its own or of its project counts workers or their time
     * @param rank its priority, raised by one for every {@link RunSettings#ageing()} without a worker
     */
    record Waiting(UUID sweep, long project, boolean limited, int rank) {}

    /** A READY run, locked, and the sweep on whose account it is claimed. */
    record Taken(long run, UUID sweep) {}

    /** Highest rank first; among equals the one with the longest chain of work behind its first run. */
    List<Waiting> waiting(String resourceClass) {
        return jdbc.sql(WAITING)
                .param("class", resourceClass)
                .param("highest", HIGHEST_RANK)
                .param("step", settings.ageing().toMillis() / 1000.0)
                .query((row, n) -> new Waiting(
                        row.getObject("sweep_id", UUID.class),
                        row.getLong("project_id"),
                        row.getBoolean("limited"),
                        row.getInt("rank")))
                .list();
    }

    /**
     * Lets claims on accounts with limits happen one after another until the transaction ends, and looks again: only then is a
     * limit exact. Whoever holds such a lock already does not wait for a second one, so that nobody waits in a circle.
     *
     * @param holding whether this transaction has such a lock
     */
    @Transactional(propagation = Propagation.MANDATORY)
    boolean admits(Waiting sweep, boolean holding) {
        String lock = holding ? "pg_try_advisory_xact_lock(?, ?)" : "pg_advisory_xact_lock(?, ?) IS NOT NULL";
        boolean mine = jdbc.sql("SELECT " + lock)
                .param(LOCK)
                .param((int) sweep.project())
                .query(Boolean.class)
                .single();
        return mine
                && jdbc.sql("SELECT coalesce(room, 1) > 0 FROM sweep_room WHERE sweep_id = ?")
                        .param(sweep.sweep())
                        .query(Boolean.class)
                        .single();
    }

    /** The most urgent READY run of a sweep that nobody else is claiming. */
    @Transactional(propagation = Propagation.MANDATORY)
    Optional<Taken> head(UUID sweep, String resourceClass) {
        return jdbc.sql(HEAD)
                .param("class", resourceClass)
                .param("sweep", sweep)
                .query((row, n) -> new Taken(row.getLong("id"), sweep))
                .optional();
    }

    /** A READY run of one of the sweeps that goes on from the state. */
    @Transactional(propagation = Propagation.MANDATORY)
    Optional<Taken> continuing(long heldState, List<UUID> sweeps, String resourceClass) {
        return jdbc.sql(CONTINUING)
                .param("held", heldState)
                .param("class", resourceClass)
                .param("sweeps", sweeps.toArray(UUID[]::new))
                .query((row, n) -> new Taken(row.getLong("id"), row.getObject("sweep_id", UUID.class)))
                .optional();
    }
}
