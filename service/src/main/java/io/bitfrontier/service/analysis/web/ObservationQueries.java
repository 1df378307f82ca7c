package io.bitfrontier.service.analysis.web;

import io.bitfrontier.service.access.Visibility;
import io.bitfrontier.service.analysis.Measure;
import io.bitfrontier.service.analysis.Observation;
import io.bitfrontier.service.analysis.Outcomes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads the view {@code observation}; nothing of the analysis reads another table but to know what a sweep still lacks. */
@Component
class ObservationQueries {
    private final JdbcClient jdbc;

    ObservationQueries(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * What a sweep asked for at one lineage budget.
     *
     * @param tokens after rounding to whole optimizer steps
     * @param requested as in the document
     * @param observed how many of its points have been evaluated
     */
    record Budget(long tokens, long requested, String evaluationVersion, long points, long observed) {}

    /** An observation of a list, without the outcomes per item. */
    record Row(long gridPoint, UUID sweep, long parameters, Observation observation) {}

    /** Budgets of a sweep, ascending; one row per budget as requested and version of its evaluation. */
    List<Budget> budgets(UUID sweep) {
        return jdbc.sql("""
                        SELECT p.tokens, p.tokens_requested, p.evaluation_version,
                               count(*) AS points, count(e.id) AS observed
                        FROM grid_point p
                        LEFT JOIN evaluation e ON e.state_id = p.state_id AND e.evaluation_version = p.evaluation_version
                        WHERE p.sweep_id = :sweep
                        GROUP BY p.tokens, p.tokens_requested, p.evaluation_version
                        ORDER BY p.tokens, p.tokens_requested, p.evaluation_version
                        """)
                .param("sweep", sweep)
                .query((row, n) -> new Budget(
                        row.getLong("tokens"),
                        row.getLong("tokens_requested"),
                        row.getString("evaluation_version"),
                        row.getLong("points"),
                        row.getLong("observed")))
                .list();
    }

    /** Ids of the evaluations at a budget, which never change: they name the exact set of observations. */
    List<Long> evaluations(UUID sweep, long tokens) {
        return jdbc.sql("""
                        SELECT e.id
                        FROM grid_point p
                        JOIN evaluation e ON e.state_id = p.state_id AND e.evaluation_version = p.evaluation_version
                        WHERE p.sweep_id = :sweep AND p.tokens = :tokens
                        ORDER BY p.id
                        """)
                .param("sweep", sweep)
                .param("tokens", tokens)
                .query(Long.class)
                .list();
    }

    /** Everything observed of a sweep at a budget, with outcomes. */
    List<Observation> at(UUID sweep, long tokens) {
        return jdbc.sql("SELECT * FROM observation WHERE sweep_id = :sweep AND tokens = :tokens ORDER BY grid_point_id")
                .param("sweep", sweep)
                .param("tokens", tokens)
                .query((row, n) -> observation(row, outcomes(row)))
                .list();
    }

    /** Observations after a grid point that the caller may see, of one sweep or of all. */
    List<Row> page(@Nullable UUID sweep, Visibility seen, long after, int limit) {
        // Several statements, since one with "sweep is null or …" would have one plan for all and use the wrong index.
        String sql = sweep == null ? PAGE_OF_ALL : PAGE_OF_SWEEP;
        JdbcClient.StatementSpec statement = seen.everything()
                ? jdbc.sql(sql)
                : jdbc.sql(sql.replace("WHERE ", "WHERE " + SEEN + " AND ")).param("projects", seen.ids());
        if (sweep != null) {
            statement = statement.param("sweep", sweep);
        }
        return statement
                .param("after", after)
                .param("limit", limit)
                .query((row, n) -> new Row(
                        row.getLong("grid_point_id"),
                        row.getObject("sweep_id", UUID.class),
                        row.getLong("parameters"),
                        observation(row, null)))
                .list();
    }

    private static final String COLUMNS = """
            SELECT grid_point_id, sweep_id, model, parameters, tokens, precision, scheme, quantizer, seed,
                   effective_size_bytes, packed_size_bytes, evaluation_version, evaluation_id, run_id,
                   loss, loss_standard_error, loss_floor, accuracy, accuracy_standard_error
            FROM observation
            """;

    private static final String SEEN = "sweep_id IN (SELECT w.id FROM sweep w WHERE w.project_id = ANY(:projects))";

    static final String PAGE_OF_ALL = COLUMNS + """
            WHERE grid_point_id > :after
            ORDER BY grid_point_id
            LIMIT :limit
            """;

    static final String PAGE_OF_SWEEP = COLUMNS + """
            WHERE sweep_id = :sweep AND grid_point_id > :after
            ORDER BY grid_point_id
            LIMIT :limit
            """;

    private static Observation observation(ResultSet row, @Nullable Outcomes outcomes) throws SQLException {
        return new Observation(
                row.getString("model"),
                row.getLong("tokens"),
                row.getString("precision"),
                row.getString("scheme"),
                row.getString("quantizer"),
                row.getLong("seed"),
                row.getLong("effective_size_bytes"),
                row.getLong("packed_size_bytes"),
                row.getString("evaluation_version"),
                row.getLong("evaluation_id"),
                row.getLong("run_id"),
                measure(row, "loss", "loss_standard_error", null),
                measure(row, "accuracy", "accuracy_standard_error", outcomes),
                number(row, "loss_floor"));
    }

    private static @Nullable Measure measure(
            ResultSet row, String value, String standardError, @Nullable Outcomes outcomes) throws SQLException {
        Double measured = number(row, value);
        return measured == null ? null : new Measure(measured, number(row, standardError), outcomes);
    }

    private static @Nullable Double number(ResultSet row, String column) throws SQLException {
        double value = row.getDouble(column);
        return row.wasNull() ? null : value;
    }

    private static @Nullable Outcomes outcomes(ResultSet row) throws SQLException {
        byte[] bits = row.getBytes("accuracy_outcomes");
        return bits == null ? null : Outcomes.of(bits, row.getLong("accuracy_count"));
    }
}
