package io.bitfrontier.service.run;

import io.bitfrontier.vocabulary.protocol.RunState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

/** Reads the progress of sweeps, at most four statements for however many. */
@Component
public class SweepProgressQuery {
    static final int MOST_FAILURES = 20;

    private static final String COUNTS = """
            SELECT n.sweep_id, n.state, count(*) AS runs, sum(n.tokens) AS planned, sum(n.flops) AS flops
            FROM sweep_run n
            WHERE n.sweep_id IN (:sweeps)
            GROUP BY n.sweep_id, n.state
            """;

    private static final String UNDER_WAY = """
            SELECT n.sweep_id, r.state, sum(r.progress_tokens - r.from_tokens) AS done,
                   sum(r.flops * (r.progress_tokens - r.from_tokens) / (r.to_tokens - r.from_tokens)) AS flops
            FROM run r JOIN sweep_run n ON n.run_id = r.id
            WHERE r.kind = 'train' AND r.progress_tokens > r.from_tokens AND r.state <> 'SUCCEEDED'
              AND n.sweep_id IN (:sweeps)
            GROUP BY n.sweep_id, r.state
            """;

    private static final String SPEEDS = """
            SELECT n.sweep_id, sum(m.tokens_per_second) AS tokens,
                   sum(m.tokens_per_second * r.flops / (r.to_tokens - r.from_tokens)) AS flops
            FROM run r
            JOIN sweep_run n ON n.run_id = r.id
            JOIN attempt a ON a.run_id = r.id AND a.state = 'RUNNING'
            JOIN LATERAL (
              SELECT tokens_per_second FROM metric WHERE attempt_id = a.id ORDER BY tokens DESC LIMIT 1) m ON true
            WHERE r.state = 'RUNNING' AND r.kind = 'train' AND r.to_tokens > r.from_tokens AND n.sweep_id IN (:sweeps)
            GROUP BY n.sweep_id
            """;

    private static final String FAILURES = """
            SELECT f.sweep_id, f.id, f.failure_class, f.failure_message
            FROM unnest(ARRAY[:sweeps]::uuid[]) AS s (id)
            CROSS JOIN LATERAL (
              SELECT n.sweep_id, r.id, r.failure_class, r.failure_message
              FROM sweep_run n JOIN run r ON r.id = n.run_id
              WHERE n.sweep_id = s.id AND n.state = 'FAILED' AND r.state = 'FAILED'
              ORDER BY n.run_id LIMIT :most) f
            """;

    private final JdbcClient jdbc;

    SweepProgressQuery(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    public SweepProgress of(UUID sweep) {
        return of(List.of(sweep)).getOrDefault(sweep, SweepProgress.NOTHING);
    }

    /** One entry per sweep, in their order. */
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    public Map<UUID, SweepProgress> of(Collection<UUID> sweeps) {
        Map<UUID, Sums> sums = new LinkedHashMap<>();
        sweeps.forEach(sweep -> sums.put(sweep, new Sums()));
        if (sums.isEmpty()) {
            return Map.of();
        }
        jdbc.sql(COUNTS).param("sweeps", sums.keySet()).query(row -> {
            Sums of = sums.getOrDefault(row.getObject("sweep_id", UUID.class), new Sums());
            RunState state = RunState.valueOf(row.getString("state"));
            of.runs.put(state, row.getLong("runs"));
            of.planned += row.getLong("planned");
            of.done += state == RunState.SUCCEEDED ? row.getLong("planned") : 0;
            of.flopsLeft += state.isFinal() ? 0 : row.getDouble("flops");
        });
        jdbc.sql(UNDER_WAY).param("sweeps", sums.keySet()).query(row -> {
            Sums of = sums.getOrDefault(row.getObject("sweep_id", UUID.class), new Sums());
            of.done += row.getLong("done");
            of.flopsLeft -= RunState.valueOf(row.getString("state")).isFinal() ? 0 : row.getDouble("flops");
        });
        // Whoever has nothing that runs or failed is not asked about it: looking for what is not there reads all of a
        // sweep.
        List<UUID> running = having(sums, RunState.RUNNING);
        if (!running.isEmpty()) {
            readSpeeds(sums, running);
        }
        List<UUID> failed = having(sums, RunState.FAILED);
        if (!failed.isEmpty()) {
            readFailures(sums, failed);
        }
        Map<UUID, SweepProgress> progress = new LinkedHashMap<>();
        sums.forEach((sweep, of) -> progress.put(sweep, of.progress()));
        return progress;
    }

    private static List<UUID> having(Map<UUID, Sums> sums, RunState state) {
        return sums.entrySet().stream()
                .filter(entry -> entry.getValue().runs.containsKey(state))
                .map(Map.Entry::getKey)
                .toList();
    }

    private void readSpeeds(Map<UUID, Sums> sums, List<UUID> sweeps) {
        jdbc.sql(SPEEDS).param("sweeps", sweeps).query(row -> {
            Sums of = sums.getOrDefault(row.getObject("sweep_id", UUID.class), new Sums());
            of.tokensPerSecond = row.getObject("tokens", Double.class);
            of.flopsPerSecond = row.getObject("flops", Double.class);
        });
    }

    private void readFailures(Map<UUID, Sums> sums, List<UUID> sweeps) {
        jdbc.sql(FAILURES).param("sweeps", sweeps).param("most", MOST_FAILURES).query(row -> {
            Sums of = sums.getOrDefault(row.getObject("sweep_id", UUID.class), new Sums());
            String message = row.getString("failure_message");
            of.failures.add(new SweepProgress.Failure(
                    row.getLong("id"), row.getString("failure_class"), message == null ? "" : message));
        });
    }

    private static final class Sums {
        private final Map<RunState, Long> runs = new EnumMap<>(RunState.class);
        private final List<SweepProgress.Failure> failures = new ArrayList<>();
        private long planned;
        private long done;
        private double flopsLeft;
        private @Nullable Double tokensPerSecond;
        private @Nullable Double flopsPerSecond;

        private SweepProgress progress() {
            Double speed = flopsPerSecond;
            return new SweepProgress(
                    Map.copyOf(runs),
                    planned,
                    done,
                    tokensPerSecond,
                    speed == null || speed <= 0 ? null : flopsLeft / speed,
                    List.copyOf(failures));
        }
    }
}
