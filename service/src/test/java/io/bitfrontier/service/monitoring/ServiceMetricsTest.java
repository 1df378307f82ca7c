package io.bitfrontier.service.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.run.Demand;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.testing.StoredRows;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@ServiceTest
class ServiceMetricsTest {
    private final JdbcClient jdbc;
    private final Demand demand;
    private final StoredRows rows;
    private final HandClock clock = new HandClock();

    @Autowired
    ServiceMetricsTest(JdbcClient jdbc, Demand demand) {
        this.jdbc = jdbc;
        this.demand = demand;
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
    void runsThatAPausedSweepHasReadyWaitForNoWorker() {
        UUID going = rows.sweep();
        UUID paused = rows.sweep();
        for (UUID sweep : List.of(going, paused, paused)) {
            rows.run(sweep, "train", "READY", rows.state("tiny-17k", "16", 1000));
        }
        jdbc.sql("UPDATE sweep SET paused_at = now() WHERE id = ?")
                .param(paused)
                .update();

        SimpleMeterRegistry meters = meters(jdbc);

        assertThat(gauge(meters, "bitfrontier.runs", "READY")).isEqualTo(3);
        assertThat(claimable(meters)).isEqualTo(1);
    }

    @Test
    void runsThatRestBeforeARetryWaitForNoWorker() {
        long run = rows.run(rows.sweep(), "train", "READY", rows.state("tiny-17k", "16", 1000));
        jdbc.sql("UPDATE run SET not_before = now() + interval '1 hour' WHERE id = ?")
                .param(run)
                .update();

        assertThat(claimable(meters(jdbc))).isZero();
    }

    @Test
    void theOldestWorkerThatIsStartingIsAsOldAsTheDatabaseSays() {
        assertThat(launchingSeconds(meters(jdbc))).isZero();
        worker("ACTIVE", "3 hours");
        worker("LAUNCHING", "2 hours");
        worker("LAUNCHING", "1 minute");

        assertThat(launchingSeconds(meters(jdbc))).isGreaterThanOrEqualTo(7_200).isLessThan(10_800);
    }

    @Test
    void workersAreCountedInEveryStateThatTheTableAllows() {
        String check = jdbc.sql("""
                        SELECT pg_get_constraintdef(oid) FROM pg_constraint
                        WHERE conrelid = 'worker'::regclass AND conname = 'worker_state_check'
                        """).query(String.class).single();

        assertThat(Pattern.compile("'([A-Z]+)'").matcher(check).results().map(match -> match.group(1)))
                .containsExactlyInAnyOrderElementsOf(ServiceMetrics.WORKER_STATES);
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

        SimpleMeterRegistry meters = meters(JdbcClient.create(nowhere));

        assertThat(gauge(meters, "bitfrontier.runs", "READY")).isNaN();
        assertThat(claimable(meters)).isNaN();
        assertThat(launchingSeconds(meters)).isNaN();
    }

    private void worker(String state, String age) {
        jdbc.sql("""
                        INSERT INTO worker (id, launcher, resource_class, token_sha256, state, created_at)
                        VALUES (?, 'local', 'local', repeat('0', 64), ?, now() - CAST(? AS interval))
                        """).params(UUID.randomUUID(), state, age).update();
    }

    private static double claimable(SimpleMeterRegistry meters) {
        return meters.get("bitfrontier.runs.claimable").gauge().value();
    }

    private static double launchingSeconds(SimpleMeterRegistry meters) {
        return meters.get("bitfrontier.workers.launching.age").gauge().value();
    }

    private SimpleMeterRegistry meters(JdbcClient of) {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        new ServiceMetrics(new ServiceCounts(of, demand, clock)).bindTo(meters);
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
