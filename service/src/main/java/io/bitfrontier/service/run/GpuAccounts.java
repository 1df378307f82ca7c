package io.bitfrontier.service.run;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** Adds the time of ended attempts to the accounts of their sweeps, so that what is used need not be added up from the first. */
@Repository
public class GpuAccounts {
    private final JdbcClient jdbc;

    GpuAccounts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Each attempt once, whoever calls this how often: until then the view {@code sweep_use} adds it itself.
     *
     * @return rows of the accounts that changed
     */
    @Transactional
    public int fold() {
        return jdbc.sql("""
                        WITH ended AS (
                          UPDATE attempt a SET counted = true
                          FROM sweep s
                          WHERE s.id = a.sweep_id AND NOT a.counted AND a.ended_at IS NOT NULL
                          RETURNING a.sweep_id, s.project_id,
                                    CAST(date_trunc('month', a.ended_at AT TIME ZONE 'UTC') AS date) AS month,
                                    greatest(0, extract(epoch FROM a.ended_at - a.started_at)) * a.gpus AS seconds)
                        INSERT INTO gpu_usage (sweep_id, project_id, month, gpu_seconds)
                        SELECT sweep_id, project_id, month, sum(seconds) FROM ended GROUP BY sweep_id, project_id, month
                        ON CONFLICT (sweep_id, month) DO UPDATE SET gpu_seconds = gpu_usage.gpu_seconds + excluded.gpu_seconds
                        """).update();
    }
}
