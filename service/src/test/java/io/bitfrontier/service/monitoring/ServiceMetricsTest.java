package io.bitfrontier.service.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.testing.StoredRows;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@ServiceTest
class ServiceMetricsTest {
    private final JdbcClient jdbc;
    private final StoredRows rows;
    private final HandClock clock = new HandClock();

    @Autowired
    ServiceMetricsTest(JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.rows = new StoredRows(jdbc);
    }

    @Test
    void theTablesAreCounted() {
        UUID sweep = rows.sweep();
        long run = rows.run(sweep, "train", "RUNNING", rows.state("tiny-17k", "16", 1000));
        rows.run(sweep, "train", "READY", rows.state("tiny-17k", "16", 1000));
        rows.run(sweep, "train", "READY", rows.state("tiny-17k", "16", 1000));
        long lost = rows.attempt(run, 1, 0, "FENCED");
        rows.attempt(run, 2, 0, "RUNNING");
        jdbc.sql("UPDATE attempt SET failure_class = 'LOST', refused_writes = 3 WHERE id = ?")
                .param(lost)
                .update();

        SimpleMeterRegistry meters = meters(jdbc);

        assertThat(gauge(meters, "bitfrontier.runs", "READY")).isEqualTo(2);
        assertThat(gauge(meters, "bitfrontier.runs", "RUNNING")).isEqualTo(1);
        assertThat(gauge(meters, "bitfrontier.runs", "FAILED")).isZero();
        assertThat(gauge(meters, "bitfrontier.workers", "ACTIVE")).isEqualTo(2);
        assertThat(meters.get("bitfrontier.refused.writes").functionCounter().count())
                .isEqualTo(3);
        assertThat(meters.get("bitfrontier.attempts.lost").functionCounter().count())
                .isEqualTo(1);
    }

    @Test
    void checkpointsThatAreGoingAreCountedAsSuch() {
        long run = rows.run(rows.sweep(), "train", "FAILED", rows.state("tiny-17k", "16", 1000));
        jdbc.sql("""
                        INSERT INTO checkpoint (run_id, attempt_id, tokens, uri, sha256, bytes, going_since)
                        VALUES (:run, :attempt, 1, 'file:///x/1', 'x', 10, NULL), (:run, :attempt, 2, 'file:///x/2', 'x', 7, now())
                        """)
                .param("run", run)
                .param("attempt", rows.attempt(run, 1, 0, "FAILED"))
                .update();

        SimpleMeterRegistry meters = meters(jdbc);

        assertThat(storage(meters, "checkpoints")).isEqualTo(10);
        assertThat(storage(meters, "going")).isEqualTo(7);
    }

    @Test
    void countsAreReadAgainOnlyAfterAWhile() {
        SimpleMeterRegistry meters = meters(jdbc);
        assertThat(gauge(meters, "bitfrontier.runs", "READY")).isZero();
        rows.run(rows.sweep(), "train", "READY", rows.state("tiny-17k", "16", 1000));

        clock.now = clock.now.plus(ServiceCounts.KEPT_FOR).minusMillis(1);
        assertThat(gauge(meters, "bitfrontier.runs", "READY")).isZero();

        clock.now = clock.now.plusMillis(1);
        assertThat(gauge(meters, "bitfrontier.runs", "READY")).isEqualTo(1);
    }

    @Test
    void withoutADatabaseThereAreNoCounts() {
        PGSimpleDataSource nowhere = new PGSimpleDataSource();
        nowhere.setUrl("jdbc:postgresql://127.0.0.1:1/nothing");

        assertThat(gauge(meters(JdbcClient.create(nowhere)), "bitfrontier.runs", "READY"))
                .isNaN();
    }

    private SimpleMeterRegistry meters(JdbcClient of) {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        new ServiceMetrics(new ServiceCounts(of, clock)).bindTo(meters);
        return meters;
    }

    private static double gauge(SimpleMeterRegistry meters, String name, String state) {
        return meters.get(name).tag("state", state).gauge().value();
    }

    private static double storage(SimpleMeterRegistry meters, String kind) {
        return meters.get("bitfrontier.storage.bytes").tag("kind", kind).gauge().value();
    }

    private static final class HandClock extends Clock {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
