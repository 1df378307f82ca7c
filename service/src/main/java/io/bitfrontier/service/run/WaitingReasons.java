package io.bitfrontier.service.run;

import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Why READY runs are not taken: what the newest worker of their resource class waits for (the scheduler's own sentence, an image
 * that cannot be pulled), or what it died of before it asked for work.
 */
@Component
public class WaitingReasons {
    private static final String NEWEST = """
            SELECT w.reason FROM (%s) ready
            CROSS JOIN LATERAL (
              SELECT CASE WHEN last_seen_at IS NULL THEN
                       CASE state WHEN 'LAUNCHING' THEN note WHEN 'LOST' THEN end_reason END END AS reason
              FROM worker WHERE resource_class = ready.resource_class ORDER BY created_at DESC LIMIT 1) w
            WHERE w.reason IS NOT NULL
            """;

    private final JdbcClient jdbc;

    WaitingReasons(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Of a run; empty unless it is READY and its class's newest worker is in trouble. */
    public Optional<String> ofRun(long run) {
        return jdbc.sql(NEWEST.formatted("SELECT resource_class FROM run WHERE id = :run AND state = 'READY'"))
                .param("run", run)
                .query(String.class)
                .optional();
    }

    /** Of a sweep, by one of its READY runs. */
    public Optional<String> ofSweep(UUID sweep) {
        return jdbc.sql(NEWEST.formatted("""
                        SELECT n.resource_class FROM sweep_run n WHERE n.sweep_id = :sweep AND n.ready LIMIT 1"""))
                .param("sweep", sweep)
                .query(String.class)
                .optional();
    }
}
