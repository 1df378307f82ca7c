package io.bitfrontier.service.run.web;

import io.bitfrontier.api.model.RunKind;
import io.bitfrontier.api.model.RunState;
import io.bitfrontier.service.access.Visibility;
import io.bitfrontier.vocabulary.Quantizer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads runs and what belongs to them; a page or a detail takes a fixed number of statements. */
@Component
class RunQueries {
    private static final String COLUMNS = """
            SELECT r.id, r.kind, r.state, r.generation, t.model, t.precision,
                   t.spec -> 'quantizer' ->> 'quantizer' AS quantizer,
                   r.from_tokens, r.to_tokens, r.progress_tokens,
                   (SELECT count(*) FROM attempt a WHERE a.run_id = r.id) AS attempts,
                   r.failure_class, r.failure_message, r.created_at, r.finished_at
            """;

    private static final String NEEDED = """
            EXISTS (SELECT FROM %s o JOIN sweep w ON w.id = o.sweep_id
                    WHERE o.run_id = r.id AND w.project_id = ANY(:projects))
            """;

    private final JdbcClient jdbc;

    RunQueries(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A run as lists show it. */
    record RunRow(
            long id,
            String kind,
            String state,
            int generation,
            String model,
            String precision,
            @Nullable String quantizer,
            long fromTokens,
            long toTokens,
            long progressTokens,
            int attempts,
            @Nullable String failureClass,
            @Nullable String failureMessage,
            OffsetDateTime createdAt,
            @Nullable OffsetDateTime finishedAt) {}

    /** What a detail shows besides; the JSON as stored. */
    record DetailRow(
            RunRow run,
            String trajectory,
            @Nullable String checkpointUri,
            @Nullable String evaluationVersion,
            @Nullable String layerDrift) {}

    record AttemptRow(
            long id,
            int number,
            UUID worker,
            String state,
            OffsetDateTime startedAt,
            @Nullable OffsetDateTime endedAt,
            long resumedFromTokens,
            long refusedWrites,
            @Nullable String device,
            @Nullable String failureClass,
            @Nullable String failureMessage) {}

    record MetricRow(String name, double value, @Nullable Double standardError, long count) {}

    record TransitionRow(
            OffsetDateTime at,
            @Nullable String from,
            String to,
            String event,
            String actor,
            String reason,
            @Nullable Long attempt) {}

    /**
     * Which runs a list shows.
     *
     * @param after id of the last run of the page before
     */
    record Filter(
            @Nullable UUID sweep,
            @Nullable RunState state,
            @Nullable RunKind kind,
            long after,
            int limit) {}

    /** Those that the caller may see. */
    List<RunRow> page(Filter filter, Visibility seen) {
        JdbcClient.StatementSpec statement = jdbc.sql(seen.everything() ? pageSql(filter) : pageOfProjectsSql(filter))
                .param("after", filter.after())
                .param("limit", filter.limit());
        if (!seen.everything()) {
            statement = statement.param("projects", seen.ids());
        }
        if (filter.sweep() != null) {
            statement = statement.param("sweep", filter.sweep());
        }
        if (filter.state() != null) {
            statement = statement.param("state", filter.state().getValue());
        }
        if (filter.kind() != null) {
            statement = statement.param("kind", filter.kind().getValue());
        }
        return statement.query((row, n) -> runRow(row)).list();
    }

    /** Only the conditions that are asked for, so that each combination gets the plan and the index that suit it. */
    static String pageSql(Filter filter) {
        return pageSql(filter, new ArrayList<>());
    }

    /** Runs of some projects alone: a run is seen by every project that has a sweep which needs it or needed it before. */
    static String pageOfProjectsSql(Filter filter) {
        if (filter.sweep() != null) {
            return pageSql(
                    filter, "EXISTS (SELECT FROM sweep w WHERE w.id = n.sweep_id AND w.project_id = ANY(:projects))");
        }
        // A page of each kind, since an OR of both would be tried for run after run.
        return "(" + pageSql(filter, NEEDED.formatted("sweep_run")) + ") UNION ("
                + pageSql(filter, NEEDED.formatted("sweep_past_run")) + ") ORDER BY id LIMIT :limit";
    }

    private static String pageSql(Filter filter, String seen) {
        return pageSql(filter, new ArrayList<>(List.of(seen)));
    }

    private static String pageSql(Filter filter, List<String> conditions) {
        String from = "FROM run r ";
        String key = "r.id";
        if (filter.sweep() != null) {
            from = "FROM sweep_run n JOIN run r ON r.id = n.run_id ";
            key = "n.run_id";
            conditions.add("n.sweep_id = :sweep");
        }
        conditions.add(key + " > :after");
        if (filter.state() != null) {
            // The sweep's own rows are narrow: those of other states are passed over without a look at the run.
            conditions.add(filter.sweep() != null ? "n.state = :state AND r.state = :state" : "r.state = :state");
        }
        if (filter.kind() != null) {
            conditions.add("r.kind = :kind");
        }
        return COLUMNS
                + from
                + "JOIN state s ON s.id = r.target_state_id JOIN trajectory t ON t.id = s.trajectory_id WHERE "
                + String.join(" AND ", conditions)
                + " ORDER BY " + key + " LIMIT :limit";
    }

    Optional<DetailRow> detail(long run) {
        return jdbc.sql(COLUMNS + """
                             , t.spec AS trajectory, s.checkpoint_uri, nullif(r.evaluation_version, '') AS version,
                               e.layer_drift
                        FROM run r
                        JOIN state s ON s.id = r.target_state_id
                        JOIN trajectory t ON t.id = s.trajectory_id
                        LEFT JOIN evaluation e ON e.run_id = r.id
                        WHERE r.id = :run
                        """)
                .param("run", run)
                .query((row, n) -> new DetailRow(
                        runRow(row),
                        row.getString("trajectory"),
                        row.getString("checkpoint_uri"),
                        row.getString("version"),
                        row.getString("layer_drift")))
                .optional();
    }

    /** The sweeps that need a run, those alone that the caller may see. */
    List<UUID> sweeps(long run, Visibility seen) {
        return jdbc.sql("""
                        SELECT n.sweep_id FROM sweep_run n JOIN sweep w ON w.id = n.sweep_id
                        WHERE n.run_id = :run AND (:everything OR w.project_id = ANY(:projects)) ORDER BY n.sweep_id
                        """)
                .param("run", run)
                .param("everything", seen.everything())
                .param("projects", seen.ids())
                .query(UUID.class)
                .list();
    }

    List<AttemptRow> attempts(long run) {
        return jdbc.sql("""
                        SELECT id, number, worker_id, state, started_at, ended_at, resumed_from_tokens, refused_writes,
                               device, failure_class, failure_message
                        FROM attempt WHERE run_id = :run ORDER BY number
                        """)
                .param("run", run)
                .query((row, n) -> new AttemptRow(
                        row.getLong("id"),
                        row.getInt("number"),
                        row.getObject("worker_id", UUID.class),
                        row.getString("state"),
                        row.getObject("started_at", OffsetDateTime.class),
                        row.getObject("ended_at", OffsetDateTime.class),
                        row.getLong("resumed_from_tokens"),
                        row.getLong("refused_writes"),
                        row.getString("device"),
                        row.getString("failure_class"),
                        row.getString("failure_message")))
                .list();
    }

    List<MetricRow> metrics(long run) {
        return jdbc.sql("""
                        SELECT m.name, m.value, m.standard_error, m.count
                        FROM evaluation e JOIN evaluation_metric m ON m.evaluation_id = e.id
                        WHERE e.run_id = :run ORDER BY m.name
                        """)
                .param("run", run)
                .query((row, n) -> new MetricRow(
                        row.getString("name"),
                        row.getDouble("value"),
                        row.getObject("standard_error", Double.class),
                        row.getLong("count")))
                .list();
    }

    List<TransitionRow> history(long run) {
        return jdbc.sql("""
                        SELECT at, from_state, to_state, event, actor, reason, attempt_id
                        FROM run_transition WHERE run_id = :run ORDER BY id
                        """)
                .param("run", run)
                .query((row, n) -> new TransitionRow(
                        row.getObject("at", OffsetDateTime.class),
                        row.getString("from_state"),
                        row.getString("to_state"),
                        row.getString("event"),
                        row.getString("actor"),
                        row.getString("reason"),
                        row.getObject("attempt_id", Long.class)))
                .list();
    }

    boolean exists(long run) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM run WHERE id = :run)")
                .param("run", run)
                .query(Boolean.class)
                .single();
    }

    private static RunRow runRow(ResultSet row) throws SQLException {
        // A specification is stored as the worker gets it, with the names of its enums.
        String quantizer = row.getString("quantizer");
        return new RunRow(
                row.getLong("id"),
                row.getString("kind"),
                row.getString("state"),
                row.getInt("generation"),
                row.getString("model"),
                row.getString("precision"),
                quantizer == null ? null : Quantizer.valueOf(quantizer).label(),
                row.getLong("from_tokens"),
                row.getLong("to_tokens"),
                row.getLong("progress_tokens"),
                row.getInt("attempts"),
                row.getString("failure_class"),
                row.getString("failure_message"),
                row.getObject("created_at", OffsetDateTime.class),
                row.getObject("finished_at", OffsetDateTime.class));
    }
}
