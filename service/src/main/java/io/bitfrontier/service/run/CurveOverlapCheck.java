package io.bitfrontier.service.run;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Resume is bit-exact on the same device class, thread count and world size: where a resumed attempt repeats tokens of an
 * earlier one on the same device, the losses must be the same bits. A difference is an alert (a WARN, and the counter
 * {@code bitfrontier_curve_overlap_mismatch_total}); it changes no state. Attempts are compared once they have ended.
 */
@Component
class CurveOverlapCheck {
    private static final Logger log = LoggerFactory.getLogger(CurveOverlapCheck.class);

    /** Goes back a minute beyond the last check: an attempt's end is stamped before it is committed. */
    private static final String MISMATCHES = """
            SELECT n.run_id, n.id AS attempt, n.number, count(*) AS rows, min(newer.tokens) AS first
            FROM attempt n
            JOIN attempt o ON o.run_id = n.run_id AND o.number < n.number AND o.device IS NOT DISTINCT FROM n.device
            JOIN metric newer ON newer.attempt_id = n.id
            JOIN metric older ON older.attempt_id = o.id AND older.tokens = newer.tokens
            WHERE n.number > 1 AND n.ended_at > CAST(:since AS timestamptz) - interval '1 minute'
              AND (float8send(newer.loss) <> float8send(older.loss) OR (newer.loss IS NULL) <> (older.loss IS NULL))
            GROUP BY n.run_id, n.id, n.number
            ORDER BY n.id
            """;

    private final JdbcClient jdbc;
    private final Counter mismatches;
    private final Set<Long> reported = new HashSet<>();
    private @Nullable OffsetDateTime since;

    CurveOverlapCheck(JdbcClient jdbc, MeterRegistry meters) {
        this.jdbc = jdbc;
        this.mismatches = Counter.builder("bitfrontier.curve.overlap.mismatch")
                .description("Resumed attempts whose losses differ from those of the attempt they repeat")
                .register(meters);
    }

    /** An attempt whose curve differs from an earlier one of its run. */
    record Mismatch(long run, long attempt, int number, long rows, long firstTokens) {}

    /** Compares the attempts that have ended since the last check; the first check goes back an hour. */
    @Scheduled(fixedDelayString = "${bitfrontier.run.overlap-check-every:60s}", initialDelayString = "10s")
    synchronized void check() {
        OffsetDateTime now =
                jdbc.sql("SELECT clock_timestamp()").query(OffsetDateTime.class).single();
        List<Mismatch> found = jdbc.sql(MISMATCHES)
                .param("since", since == null ? now.minusHours(1) : since)
                .query((row, n) -> new Mismatch(
                        row.getLong("run_id"),
                        row.getLong("attempt"),
                        row.getInt("number"),
                        row.getLong("rows"),
                        row.getLong("first")))
                .list();
        since = now;
        for (Mismatch mismatch : found) {
            if (reported.add(mismatch.attempt())) {
                mismatches.increment();
                log.warn(
                        "run {}: attempt {} (number {}) repeats {} rows of an earlier attempt with other losses, the first"
                                + " at {} tokens; resume should be bit-exact",
                        mismatch.run(),
                        mismatch.attempt(),
                        mismatch.number(),
                        mismatch.rows(),
                        mismatch.firstTokens());
            }
        }
    }
}
