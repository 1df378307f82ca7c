package io.bitfrontier.service.monitoring;

import io.bitfrontier.service.run.Demand;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * What the tables count, read at most once in {@link #KEPT_FOR}: a scrape asks for every gauge on its own. While the database
 * does not answer there are no counts, rather than old ones.
 */
@Component
class ServiceCounts {
    static final Duration KEPT_FOR = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(ServiceCounts.class);

    private static final String COUNTS = """
            SELECT 'run' AS what, state AS which, count(*) AS number FROM run GROUP BY state
            UNION ALL
            SELECT 'worker', state, count(*) FROM worker GROUP BY state
            UNION ALL
            SELECT 'refused writes', '', coalesce(sum(refused_writes), 0) FROM attempt
            UNION ALL
            SELECT 'lost attempts', '', count(*) FROM attempt WHERE failure_class = 'LOST'
            UNION ALL
            SELECT 'storage', 'states', coalesce(sum(checkpoint_bytes), 0) FROM state WHERE stored_at IS NOT NULL
            UNION ALL
            SELECT 'storage', 'checkpoints', coalesce(sum(bytes), 0) FROM checkpoint WHERE going_since IS NULL
            UNION ALL
            SELECT 'storage', 'going', coalesce(sum(bytes), 0) FROM (
              SELECT bytes FROM eviction WHERE removed_at IS NULL
              UNION ALL
              SELECT bytes FROM checkpoint WHERE going_since IS NOT NULL) going
            UNION ALL
            SELECT 'evicted states', '', count(*) FROM eviction
            UNION ALL
            SELECT 'stopped sweeps', '', count(*) FROM sweep
            WHERE stopped_at IS NOT NULL AND finished_at IS NULL AND cancelled_at IS NULL
            UNION ALL
            SELECT 'seconds of launching', '',
                   coalesce(floor(extract(epoch FROM statement_timestamp() - min(created_at))), 0)
            FROM worker WHERE state = 'LAUNCHING'
            """;

    private final JdbcClient jdbc;
    private final Demand demand;
    private final Clock clock;
    private @Nullable Instant readAt;
    /** By kind and state; null while the database does not answer. */
    private @Nullable Map<Key, Long> counts;

    ServiceCounts(JdbcClient jdbc, Demand demand, Clock clock) {
        this.jdbc = jdbc;
        this.demand = demand;
        this.clock = clock;
    }

    private record Key(String what, String which) {}

    double runs(String state) {
        return of("run", state);
    }

    /** READY runs that a worker might claim now: of no sweep that is paused or stopped, and not resting before a retry. */
    double claimableRuns() {
        return of("claimable runs", "");
    }

    /** Seconds since the oldest worker that is LAUNCHING was asked for, by the database's clock; 0 if none is. */
    double secondsOfLaunching() {
        return of("seconds of launching", "");
    }

    double workers(String state) {
        return of("worker", state);
    }

    double refusedWrites() {
        return of("refused writes", "");
    }

    double lostAttempts() {
        return of("lost attempts", "");
    }

    double storageBytes(String kind) {
        return of("storage", kind);
    }

    double evictedStates() {
        return of("evicted states", "");
    }

    double stoppedSweeps() {
        return of("stopped sweeps", "");
    }

    private synchronized double of(String what, String which) {
        Instant now = clock.instant();
        if (readAt == null || Duration.between(readAt, now).abs().compareTo(KEPT_FOR) >= 0) {
            counts = read();
            readAt = now;
        }
        return counts == null ? Double.NaN : counts.getOrDefault(new Key(what, which), 0L);
    }

    private @Nullable Map<Key, Long> read() {
        try {
            Map<Key, Long> read = new HashMap<>();
            jdbc.sql(COUNTS).query(row -> {
                read.put(new Key(row.getString("what"), row.getString("which")), row.getLong("number"));
            });
            read.put(
                    new Key("claimable runs", ""),
                    demand.readyByClass().values().stream()
                            .mapToLong(Integer::longValue)
                            .sum());
            return read;
        } catch (DataAccessException | TransactionException e) {
            log.debug("no counts: the database does not answer: {}", e.toString());
            return null;
        }
    }
}
