package io.bitfrontier.service.launch;

import static io.bitfrontier.service.testing.RunBuilder.aRun;
import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.failpoint.FailPoints;
import io.bitfrontier.service.run.AttemptEndings;
import io.bitfrontier.service.run.AttemptToken;
import io.bitfrontier.service.run.Claims;
import io.bitfrontier.service.run.Demand;
import io.bitfrontier.service.run.Dependants;
import io.bitfrontier.service.run.Leases;
import io.bitfrontier.service.run.RunSettings;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Three replicas that do the same at once, without waiting for their turns: whatever is right must be so without them. The SQL
 * is what keeps them apart.
 */
@ServiceTest
class ReplicasTest {
    private static final int REPLICAS = 3;
    private static final int RUNS = 24;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private JdbcTemplate template;

    @Autowired
    private Workers workers;

    @Autowired
    private Leases leases;

    @Autowired
    private AttemptEndings endings;

    @Autowired
    private Dependants dependants;

    @Autowired
    private Demand demand;

    @Autowired
    private ServiceAddress address;

    @Autowired
    private Claims claims;

    @Autowired
    private RunSettings runs;

    private final FakeLauncher launcher = new FakeLauncher();

    @BeforeEach
    void everyRunIsClaimed() {
        launcher.capacity = RUNS;
        for (int i = 0; i < RUNS; i++) {
            aRun().insert(jdbc);
        }
        aReplica().round();
        for (UUID worker : List.copyOf(launcher.existing.keySet())) {
            workers.seen(worker);
            assertThat(claims.claim(
                            worker, "local", new ClaimRequest(null, null), new AttemptToken("t", "0".repeat(64))))
                    .isPresent();
        }
        assertThat(count("SELECT count(*) FROM attempt WHERE state = 'RUNNING'"))
                .isEqualTo(RUNS);
    }

    @Test
    void deadWorkersAreBuriedOnceAndReplacedOnce() throws Exception {
        List.copyOf(launcher.existing.keySet()).forEach(worker -> launcher.exit(worker, 137));
        atOnce(() -> {
            aReplica().round();
            return true;
        });
        assertThat(count("SELECT count(*) FROM attempt WHERE state = 'FENCED'")).isEqualTo(RUNS);
        assertThat(count("SELECT count(*) FROM run_transition WHERE event = 'LOST'"))
                .isEqualTo(RUNS);
        assertThat(count("SELECT count(*) FROM run WHERE state = 'READY'")).isEqualTo(RUNS);
        assertThat(count("SELECT count(*) FROM worker WHERE state = 'LAUNCHING'"))
                .isLessThanOrEqualTo(RUNS);
        assertThat(launcher.existing).as("every living row has a worker").hasSize((int)
                count("SELECT count(*) FROM worker WHERE state = 'LAUNCHING'"));
    }

    @Test
    void leasesThatHavePassedExpireOnce() throws Exception {
        jdbc.sql("UPDATE attempt SET lease_expires_at = now() - interval '1 second'")
                .update();
        atOnce(() -> {
            Reconciler replica = aReplica();
            for (int i = 0; i < 4; i++) {
                aLaterRound(replica);
            }
            return true;
        });
        // The counts of one replica may be forgotten by another that has just started: one more look is enough then.
        Reconciler last = aReplica();
        for (int i = 0; i < 3; i++) {
            aLaterRound(last);
        }
        assertThat(count("SELECT count(*) FROM run_transition WHERE event = 'LOST'"))
                .isEqualTo(RUNS);
        assertThat(count("SELECT count(*) FROM attempt WHERE state = 'FENCED'")).isEqualTo(RUNS);
    }

    /** A round after the time between two periodic ones. */
    private void aLaterRound(Reconciler replica) {
        jdbc.sql("""
                        WITH missed AS (SELECT id FROM attempt WHERE missed_at IS NOT NULL ORDER BY id FOR NO KEY UPDATE)
                        UPDATE attempt SET missed_at = missed_at - interval '2 seconds' FROM missed WHERE attempt.id = missed.id
                        """).update();
        replica.round();
    }

    @Test
    void aClaimThatIsSentTwiceAtOnceGivesOneAttempt() throws Exception {
        aRun().insert(jdbc);
        aRun().insert(jdbc);
        UUID worker = UUID.randomUUID();
        workers.register(
                new Workers.Registration(
                        worker, "local", "test", "local", 1, io.bitfrontier.service.worker.Token.generate()),
                RUNS + 1);
        List<Long> attempts = atOnce(
                () -> claims.claim(worker, "local", new ClaimRequest(null, null), new AttemptToken("t", "0".repeat(64)))
                        .orElseThrow()
                        .attemptId());
        assertThat(attempts).containsOnly(attempts.get(0));
        assertThat(count("SELECT count(*) FROM attempt WHERE worker_id = '" + worker + "'"))
                .isEqualTo(1);
    }

    /** A replica whose turns are its own: nothing keeps it from working while others do. */
    private Reconciler aReplica() {
        LaunchSettings settings = new LaunchSettings("local", Duration.ofSeconds(2), 3, Duration.ZERO, null);
        Turns alwaysItsOwn = new Turns(template, settings, java.time.Clock.systemUTC()) {
            @Override
            boolean take(String name, Runnable work) {
                work.run();
                return true;
            }
        };
        Staffing staffing = new Staffing(launcher, workers, demand, address, FailPoints.NONE, System::nanoTime);
        WorkerComparison comparison =
                new WorkerComparison(launcher, workers, leases, endings, staffing, FailPoints.NONE, settings, runs);
        return new Reconciler(
                launcher, comparison, workers, leases, endings, dependants, staffing, alwaysItsOwn, settings, runs);
    }

    private static <T> List<T> atOnce(Callable<T> work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(REPLICAS);
        try {
            CyclicBarrier start = new CyclicBarrier(REPLICAS);
            List<Future<T>> all = new ArrayList<>();
            for (int replica = 0; replica < REPLICAS; replica++) {
                all.add(threads.submit(() -> {
                    start.await();
                    return work.call();
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> one : all) {
                results.add(one.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    private long count(String sql) {
        return jdbc.sql(sql).query(Long.class).single();
    }
}
