package io.bitfrontier.service.sweep;

import io.bitfrontier.service.run.GpuAccounts;
import io.bitfrontier.service.run.RunRegistry;
import io.bitfrontier.service.run.RunsReady;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Writes down what becomes true of sweeps by itself: that a limit is reached or is not any more, and that the last run has
 * ended. Claims look at the limits themselves; this is what a person sees, and what sends running attempts to a checkpoint.
 */
@Component
public class SweepUpkeep {
    private static final Logger log = LoggerFactory.getLogger(SweepUpkeep.class);
    private static final String ACTOR = "service";
    private static final double SECONDS_PER_HOUR = 3600;

    private final JdbcClient jdbc;
    private final RunRegistry registry;
    private final GpuAccounts accounts;
    private final SweepEvents events;
    private final ApplicationEventPublisher publisher;
    private final TransactionOperations transactions;

    SweepUpkeep(
            JdbcClient jdbc,
            RunRegistry registry,
            GpuAccounts accounts,
            SweepEvents events,
            ApplicationEventPublisher publisher,
            TransactionOperations transactions) {
        this.jdbc = jdbc;
        this.registry = registry;
        this.accounts = accounts;
        this.events = events;
        this.publisher = publisher;
        this.transactions = transactions;
    }

    private record Used(
            UUID sweep,
            @Nullable String shown,
            @Nullable OffsetDateTime deadline,
            boolean late,
            @Nullable Double bound,
            double seconds,
            @Nullable Double projectBound,
            double projectSeconds,
            @Nullable Double monthBound,
            double monthSeconds) {
        /** Which limit is reached, in one sentence. */
        Optional<String> reason() {
            if (late) {
                return Optional.of("the deadline "
                        + Objects.requireNonNull(deadline).toInstant() + " has passed; move limits.deadline to go on");
            }
            if (bound != null && seconds >= bound * SECONDS_PER_HOUR) {
                return Optional.of(hours(seconds, bound) + " GPU-hours are used; raise limits.gpuHours to go on");
            }
            if (projectBound != null && projectSeconds >= projectBound * SECONDS_PER_HOUR) {
                return Optional.of(hours(projectSeconds, projectBound) + " GPU-hours of the project's quota are used");
            }
            if (monthBound != null && monthSeconds >= monthBound * SECONDS_PER_HOUR) {
                return Optional.of(
                        hours(monthSeconds, monthBound) + " GPU-hours of the project's quota for this month are used");
            }
            return Optional.empty();
        }

        private static String hours(double seconds, double bound) {
            return String.format(Locale.ROOT, "%.2f of %s", seconds / SECONDS_PER_HOUR, Figures.plain(bound));
        }
    }

    /** Whatever goes wrong decides nothing: the next time looks again. */
    @Scheduled(fixedDelayString = "${bitfrontier.sweep.upkeep-every:5s}", initialDelayString = "5s")
    void keepUp() {
        try {
            accounts.fold();
            transactions.executeWithoutResult(status -> stopAndContinue());
            transactions.executeWithoutResult(status -> finish());
        } catch (DataAccessException | TransactionException e) {
            log.debug("upkeep of the sweeps pauses: {}", e.toString());
        }
    }

    private void stopAndContinue() {
        registry.lock();
        boolean goesOn = false;
        for (Used used : unfinished()) {
            String reason = used.reason().orElse(null);
            if (Objects.equals(reason, used.shown())) {
                continue;
            }
            jdbc.sql("""
                            UPDATE sweep SET version = version + 1, stop_reason = :reason,
                              stopped_at = CASE WHEN CAST(:reason AS text) IS NOT NULL
                                THEN coalesce(stopped_at, clock_timestamp()) END,
                              open_since = CASE WHEN CAST(:reason AS text) IS NULL
                                THEN clock_timestamp() ELSE open_since END
                            WHERE id = :sweep
                            """)
                    .param("reason", reason, java.sql.Types.VARCHAR)
                    .param("sweep", used.sweep())
                    .update();
            if (reason != null && used.shown() != null) {
                // Another limit binds, or more is used meanwhile: it stays stopped.
                continue;
            }
            if (reason == null) {
                events.record(used.sweep(), SweepEvents.CONTINUED, ACTOR, "no limit is reached any more", null);
                goesOn = true;
            } else {
                events.record(used.sweep(), SweepEvents.STOPPED, ACTOR, reason, null);
            }
            log.info("sweep {} {}", used.sweep(), reason == null ? "goes on" : "is stopped: " + reason);
        }
        if (goesOn) {
            publisher.publishEvent(new RunsReady());
        }
    }

    private List<Used> unfinished() {
        return jdbc.sql("""
                        SELECT s.id, s.stop_reason, s.deadline, coalesce(s.deadline <= statement_timestamp(), false) AS late,
                               s.gpu_hours, CASE WHEN s.gpu_hours IS NOT NULL THEN u.gpu_seconds ELSE 0 END AS seconds,
                               p.gpu_hours AS project_hours,
                               CASE WHEN p.gpu_hours IS NOT NULL THEN p.gpu_seconds ELSE 0 END AS project_seconds,
                               p.gpu_hours_per_month AS month_hours,
                               CASE WHEN p.gpu_hours_per_month IS NOT NULL THEN p.gpu_seconds_of_month ELSE 0 END
                                 AS month_seconds
                        FROM sweep s
                        JOIN sweep_use u ON u.sweep_id = s.id
                        JOIN project_use p ON p.project_id = s.project_id
                        WHERE s.finished_at IS NULL AND s.cancelled_at IS NULL
                        """)
                .query((row, n) -> new Used(
                        row.getObject("id", UUID.class),
                        row.getString("stop_reason"),
                        row.getObject("deadline", OffsetDateTime.class),
                        row.getBoolean("late"),
                        row.getObject("gpu_hours", Double.class),
                        row.getDouble("seconds"),
                        row.getObject("project_hours", Double.class),
                        row.getDouble("project_seconds"),
                        row.getObject("month_hours", Double.class),
                        row.getDouble("month_seconds")))
                .list();
    }

    /** Nothing of it lives any more; asked of what is READY or RUNNING first, which is found at once. */
    private void finish() {
        registry.lock();
        List<UUID> finished = jdbc.sql("""
                        UPDATE sweep s SET version = version + 1, finished_at = clock_timestamp()
                        WHERE s.finished_at IS NULL AND s.cancelled_at IS NULL
                          AND NOT (
                            EXISTS (SELECT 1 FROM attempt a WHERE a.sweep_id = s.id AND a.state = 'RUNNING')
                            OR EXISTS (SELECT 1 FROM sweep_run n WHERE n.sweep_id = s.id AND n.ready)
                            OR EXISTS (
                              SELECT 1 FROM sweep_run n JOIN run r ON r.id = n.run_id
                              WHERE n.sweep_id = s.id AND r.state IN ('PLANNED', 'READY', 'RUNNING')))
                        RETURNING s.id
                        """).query(UUID.class).list();
        for (UUID sweep : finished) {
            events.record(sweep, SweepEvents.FINISHED, ACTOR, "no run of it is left to do", null);
        }
    }
}
