package io.bitfrontier.service.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What must hold once a sweep is over, whatever was done to the system meanwhile. It reads the tables alone. */
final class Aftermath {
    private final JdbcClient jdbc;
    private final UUID sweep;

    Aftermath(JdbcClient jdbc, String sweep) {
        this.jdbc = jdbc;
        this.sweep = UUID.fromString(sweep);
    }

    /** Every point has one result, every run was done once, and nothing final has changed. */
    void nothingIsLostOrDoubled() {
        assertThat(count("""
                        SELECT count(*) FROM sweep_run s JOIN run r ON r.id = s.run_id
                        WHERE s.sweep_id = :sweep AND r.state <> 'SUCCEEDED'
                        """)).as("runs that have not succeeded").isZero();
        assertThat(count("""
                        SELECT count(*) FROM grid_point p
                        WHERE p.sweep_id = :sweep
                          AND (SELECT count(*) FROM observation o WHERE o.grid_point_id = p.id AND o.loss IS NOT NULL) <> 1
                        """)).as("points without exactly one result").isZero();
        assertThat(count("""
                        SELECT count(*) FROM sweep_run s
                        WHERE s.sweep_id = :sweep
                          AND (SELECT count(*) FROM attempt a WHERE a.run_id = s.run_id AND a.state = 'SUCCEEDED') <> 1
                        """)).as("runs without exactly one successful attempt").isZero();
        assertThat(count("""
                        SELECT count(*) FROM sweep_run s
                        WHERE s.sweep_id = :sweep
                          AND (SELECT count(*) FROM run_transition t WHERE t.run_id = s.run_id AND t.event = 'COMPLETED') <> 1
                        """)).as("runs that were not completed exactly once").isZero();
        assertThat(count("""
                        SELECT count(*) FROM run_transition t JOIN sweep_run s ON s.run_id = t.run_id
                        WHERE s.sweep_id = :sweep AND t.from_state IN ('SUCCEEDED', 'FAILED', 'CANCELLED')
                        """)).as("final states that have changed").isZero();
        assertThat(count("""
                        SELECT count(*) FROM sweep_run s JOIN run r ON r.id = s.run_id
                        WHERE s.sweep_id = :sweep AND s.state <> r.state
                        """)).as("runs of which the sweep knows another state").isZero();
        assertThat(count("""
                        SELECT count(*) FROM attempt a JOIN sweep_run s ON s.run_id = a.run_id
                        WHERE s.sweep_id = :sweep AND a.state = 'RUNNING'
                        """)).as("attempts that have not ended").isZero();
    }

    /** Every point's results by what the point is, to the last bit. */
    Map<String, String> results() {
        Map<String, String> results = new LinkedHashMap<>();
        jdbc.sql("""
                        SELECT concat_ws(' ', model, tokens, precision, scheme, quantizer, seed) AS point,
                               concat_ws(' ', loss, loss_standard_error, accuracy, md5(accuracy_outcomes)) AS result
                        FROM observation WHERE sweep_id = :sweep ORDER BY point
                        """).param("sweep", sweep).query(row -> {
            results.put(row.getString("point"), row.getString("result"));
        });
        return results;
    }

    /**
     * Every training curve as a reader sees it, to the last bit: of each token the row of the newest attempt that has one, by
     * trajectory and tokens.
     */
    Map<String, Double> curves() {
        Map<String, Double> curves = new LinkedHashMap<>();
        jdbc.sql("""
                        SELECT DISTINCT ON (t.fingerprint, m.tokens) t.fingerprint || ' ' || m.tokens AS step, m.loss
                        FROM sweep_run s
                        JOIN run r ON r.id = s.run_id AND r.kind = 'train'
                        JOIN state st ON st.id = r.target_state_id
                        JOIN trajectory t ON t.id = st.trajectory_id
                        JOIN attempt a ON a.run_id = r.id
                        JOIN metric m ON m.attempt_id = a.id
                        WHERE s.sweep_id = :sweep
                        ORDER BY t.fingerprint, m.tokens, a.number DESC
                        """).param("sweep", sweep).query(row -> {
            curves.put(row.getString("step"), row.getDouble("loss"));
        });
        return curves;
    }

    long lostAttempts() {
        return count("""
                SELECT count(*) FROM attempt a JOIN sweep_run s ON s.run_id = a.run_id
                WHERE s.sweep_id = :sweep AND a.state IN ('FENCED', 'FAILED')
                """);
    }

    long refusedWrites() {
        return count("""
                SELECT coalesce(sum(a.refused_writes), 0) FROM attempt a JOIN sweep_run s ON s.run_id = a.run_id
                WHERE s.sweep_id = :sweep
                """);
    }

    private long count(String sql) {
        return jdbc.sql(sql).param("sweep", sweep).query(Long.class).single();
    }
}
