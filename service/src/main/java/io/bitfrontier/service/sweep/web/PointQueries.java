package io.bitfrontier.service.sweep.web;

import io.bitfrontier.api.model.MetricValue;
import io.bitfrontier.api.model.Point;
import io.bitfrontier.api.model.RunState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** Reads grid points with their runs and results, two statements a page. */
@Repository
class PointQueries {
    private final JdbcClient jdbc;

    PointQueries(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** By id, after the given one. */
    @Transactional(readOnly = true)
    public List<Point> page(UUID sweep, long after, int limit) {
        // Of a run that failed and was planned again the newest generation counts.
        List<Point> points = jdbc.sql("""
                        SELECT p.*, train.id AS train_run, train.state AS train_state,
                               evaluate.id AS evaluate_run, evaluate.state AS evaluate_state
                        FROM grid_point p
                        JOIN LATERAL (
                          SELECT id, state FROM run
                          WHERE kind = 'train' AND target_state_id = p.state_id AND evaluation_version = ''
                          ORDER BY generation DESC LIMIT 1) train ON true
                        LEFT JOIN LATERAL (
                          SELECT id, state FROM run
                          WHERE kind = 'evaluate' AND target_state_id = p.state_id
                            AND evaluation_version = p.evaluation_version
                          ORDER BY generation DESC LIMIT 1) evaluate ON true
                        WHERE p.sweep_id = :sweep AND p.id > :after
                        ORDER BY p.id LIMIT :limit
                        """)
                .param("sweep", sweep)
                .param("after", after)
                .param("limit", limit)
                .query((row, n) -> point(row))
                .list();
        Map<Long, Point> byId = points.stream()
                .collect(Collectors.toMap(Point::getId, Function.identity(), (a, b) -> a, LinkedHashMap::new));
        jdbc.sql("""
                        SELECT p.id, m.name, m.value, m.standard_error, m.count
                        FROM unnest(CAST(:ids AS bigint[])) AS w (id)
                        JOIN grid_point p ON p.id = w.id
                        JOIN evaluation e ON e.state_id = p.state_id AND e.evaluation_version = p.evaluation_version
                        JOIN evaluation_metric m ON m.evaluation_id = e.id
                        ORDER BY p.id, m.name
                        """).param("ids", byId.keySet().toArray(Long[]::new)).query(row -> {
            MetricValue value = new MetricValue(row.getDouble("value"), row.getLong("count"));
            value.setStandardError(row.getObject("standard_error", Double.class));
            Point point = byId.get(row.getLong("id"));
            if (point != null) {
                point.putMetricsItem(row.getString("name"), value);
            }
        });
        return points;
    }

    private static Point point(ResultSet row) throws SQLException {
        Point point = new Point();
        point.setId(row.getLong("id"));
        point.setModel(row.getString("model"));
        point.setParameters(row.getLong("parameters"));
        point.setTokens(row.getLong("tokens"));
        point.setTokensRequested(row.getLong("tokens_requested"));
        point.setPrecision(row.getString("precision"));
        point.setScheme(row.getString("scheme"));
        point.setQuantizer(row.getString("quantizer"));
        point.setSeed(row.getLong("seed"));
        point.setEffectiveSizeBytes(row.getLong("effective_size_bytes"));
        point.setPackedSizeBytes(row.getLong("packed_size_bytes"));
        point.setTrainRun(row.getLong("train_run"));
        point.setEvaluateRun(row.getObject("evaluate_run", Long.class));
        // A point is as far as its training, and once that has succeeded as far as its evaluation. What is measured
        // stays so,
        // whether its state was removed and is trained again for somebody else or not.
        String train = row.getString("train_state");
        String evaluate = row.getString("evaluate_state");
        point.setState(RunState.fromValue(
                train.equals("SUCCEEDED") && evaluate != null || "SUCCEEDED".equals(evaluate) ? evaluate : train));
        return point;
    }
}
