package io.bitfrontier.service.run;

import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** How much work waits for workers. */
@Repository
public class Demand {
    static final int MOST = 1_000;

    /** Few runs rest, and many wait: the few are left out of the queue, and no run of the queue is looked up. */
    static final String CLAIMABLE = """
            WITH RECURSIVE queued (resource_class, sweep_id) AS (
              (SELECT resource_class, sweep_id FROM sweep_run WHERE ready ORDER BY resource_class, sweep_id LIMIT 1)
              UNION ALL
              SELECT next.resource_class, next.sweep_id
              FROM queued q CROSS JOIN LATERAL (
                SELECT n.resource_class, n.sweep_id FROM sweep_run n
                WHERE n.ready AND (n.resource_class, n.sweep_id) > (q.resource_class, q.sweep_id)
                ORDER BY n.resource_class, n.sweep_id LIMIT 1) next),
            resting AS MATERIALIZED (
              SELECT id FROM run WHERE state = 'READY' AND not_before > statement_timestamp()),
            waiting AS MATERIALIZED (
              SELECT q.resource_class, q.sweep_id, o.project_id, o.room
              FROM queued q JOIN sweep_room o ON o.sweep_id = q.sweep_id
              WHERE coalesce(o.room, 1) > 0),
            projects AS MATERIALIZED (
              SELECT w.resource_class, w.project_id, u.max_workers - u.workers AS room
              FROM (SELECT DISTINCT resource_class, project_id FROM waiting) w
              JOIN project_use u ON u.project_id = w.project_id)
            SELECT p.resource_class, count(DISTINCT claimable.run_id) AS runs
            FROM projects p
            CROSS JOIN LATERAL (
              SELECT DISTINCT ready.run_id
              FROM waiting w
              CROSS JOIN LATERAL (
                SELECT n.run_id
                FROM sweep_run n
                WHERE n.ready AND n.resource_class = w.resource_class AND n.sweep_id = w.sweep_id
                  AND n.run_id NOT IN (SELECT id FROM resting)
                LIMIT least(w.room, :most)) ready
              WHERE w.resource_class = p.resource_class AND w.project_id = p.project_id
              LIMIT p.room) claimable
            GROUP BY p.resource_class
            """;

    private final JdbcClient jdbc;

    Demand(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * READY runs that may be claimed now, per resource class; a class without any is absent. What sweeps and projects may not have
     * workers for does not count, a project's room being that of all its sweeps of a class together. Of any one sweep at most
     * {@value #MOST} do: no window is that wide.
     */
    public Map<String, Integer> readyByClass() {
        record Count(String resourceClass, int runs) {}
        return jdbc
                .sql(CLAIMABLE)
                .param("most", MOST)
                .query((row, n) -> new Count(row.getString("resource_class"), row.getInt("runs")))
                .list()
                .stream()
                .collect(Collectors.toMap(Count::resourceClass, Count::runs));
    }
}
