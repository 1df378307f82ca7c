package io.bitfrontier.service.run.web;

import io.bitfrontier.service.run.web.CurveSampler.CurveRow;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The training curve of a run. From where an attempt resumed its rows count and those of older attempts do not, whether the
 * newer one has got that far yet or not; older rows stay in the table.
 */
@Component
class CurveQueries {
    private static final int FETCH_SIZE = 2000;

    /** Both statements go through (run_id, number) of attempt and (attempt_id, tokens) of metric. */
    private static final String CURVE = """
            WITH part AS (
              SELECT id, resumed_from_tokens AS after,
                     min(resumed_from_tokens) OVER (
                       ORDER BY number ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS through
              FROM attempt WHERE run_id = :run)
            """;

    static final String COUNT = CURVE + """
            SELECT count(*)
            FROM part p JOIN metric m ON m.attempt_id = p.id
                 AND m.tokens > p.after AND m.tokens <= coalesce(p.through, 9223372036854775807)
            """;

    static final String ROWS = CURVE + """
            SELECT m.tokens, m.step, m.loss, m.learning_rate, m.gradient_norm, m.tokens_per_second, m.memory_bytes
            FROM part p JOIN metric m ON m.attempt_id = p.id
                 AND m.tokens > p.after AND m.tokens <= coalesce(p.through, 9223372036854775807)
            ORDER BY m.tokens
            """;

    private final JdbcClient jdbc;

    CurveQueries(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A curve thinned out.
     *
     * @param rows how many there were before
     */
    record SampledCurve(long rows, List<CurveRow> points) {}

    /** One snapshot, so that the count is that of the rows; the driver fetches by portions only inside a transaction. */
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    SampledCurve curve(long run, int points) {
        long count = jdbc.sql(COUNT).param("run", run).query(Long.class).single();
        CurveSampler sampler = new CurveSampler(count, points);
        jdbc.sql(ROWS).withFetchSize(FETCH_SIZE).param("run", run).query(row -> {
            sampler.add(new CurveRow(
                    row.getLong("tokens"),
                    row.getLong("step"),
                    row.getObject("loss", Double.class),
                    row.getObject("learning_rate", Double.class),
                    row.getObject("gradient_norm", Double.class),
                    row.getObject("tokens_per_second", Double.class),
                    row.getObject("memory_bytes", Long.class)));
        });
        return new SampledCurve(count, sampler.kept());
    }
}
