package io.bitfrontier.service.sweep;

import io.bitfrontier.service.plan.GridPoint;
import io.bitfrontier.service.plan.Plan;
import io.bitfrontier.vocabulary.ModelSize;
import io.bitfrontier.vocabulary.work.StateKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Writes the grid points of a sweep in one statement; of points that are there only what is measured of them changes. */
@Repository
class PointRows {
    private final JdbcClient jdbc;

    PointRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void insert(UUID sweep, Plan plan, Map<StateKey, Long> states) {
        List<Plan.Point> points = plan.points();
        jdbc.sql("""
                        INSERT INTO grid_point (sweep_id, fingerprint, model, parameters, tokens, tokens_requested, precision,
                          scheme, quantizer, seed, effective_size_bytes, packed_size_bytes, state_id, evaluation_version)
                        SELECT :sweep, w.*, :version
                        FROM unnest(CAST(:fingerprints AS text[]), CAST(:models AS text[]), CAST(:parameters AS bigint[]),
                          CAST(:tokens AS bigint[]), CAST(:requested AS bigint[]), CAST(:precisions AS text[]),
                          CAST(:schemes AS text[]), CAST(:quantizers AS text[]), CAST(:seeds AS bigint[]),
                          CAST(:effective AS bigint[]), CAST(:packed AS bigint[]), CAST(:states AS bigint[])) AS w
                        ON CONFLICT (sweep_id, fingerprint) DO UPDATE SET evaluation_version = excluded.evaluation_version
                        WHERE grid_point.evaluation_version <> excluded.evaluation_version
                        """)
                .param("sweep", sweep)
                .param("version", plan.evaluation().version())
                .param("fingerprints", column(points, GridPoint::fingerprint, String[]::new))
                .param("models", column(points, GridPoint::model, String[]::new))
                .param("parameters", column(points, p -> p.shape().totalParameters(), Long[]::new))
                .param("tokens", column(points, GridPoint::tokens, Long[]::new))
                .param("requested", column(points, GridPoint::tokensRequested, Long[]::new))
                .param("precisions", column(points, p -> p.precision().label(), String[]::new))
                .param("schemes", column(points, p -> p.scheme().label(), String[]::new))
                .param(
                        "quantizers",
                        column(
                                points,
                                p -> p.quantizer() == null
                                        ? null
                                        : p.quantizer().label(),
                                String[]::new))
                .param("seeds", column(points, GridPoint::seed, Long[]::new))
                .param("effective", column(points, p -> size(p).effectiveBytes(), Long[]::new))
                .param("packed", column(points, p -> size(p).packedBytes(), Long[]::new))
                .param(
                        "states",
                        points.stream().map(point -> states.get(point.state())).toArray(Long[]::new))
                .update();
    }

    /** The state of each point of a sweep, by the point's fingerprint. */
    Map<String, StateKey> states(UUID sweep) {
        Map<String, StateKey> states = new HashMap<>();
        jdbc.sql("""
                        SELECT p.fingerprint, t.fingerprint AS trajectory, s.tokens
                        FROM grid_point p JOIN state s ON s.id = p.state_id JOIN trajectory t ON t.id = s.trajectory_id
                        WHERE p.sweep_id = ?
                        """).param(sweep).query(row -> {
            states.put(row.getString("fingerprint"), new StateKey(row.getString("trajectory"), row.getLong("tokens")));
        });
        return states;
    }

    private static ModelSize size(GridPoint point) {
        return ModelSize.of(point.shape(), point.precision());
    }

    private static <C> C[] column(
            List<Plan.Point> points, Function<GridPoint, ? extends @Nullable C> value, IntFunction<C[]> array) {
        return points.stream().map(Plan.Point::point).map(value).toArray(array);
    }
}
