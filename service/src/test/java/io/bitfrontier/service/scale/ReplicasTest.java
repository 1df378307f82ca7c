package io.bitfrontier.service.scale;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.BitfrontierService;
import io.bitfrontier.service.sweep.Sweeps;
import io.bitfrontier.service.testing.TestDatabase;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Three replicas of the service on one PostgreSQL, each on a port of its own, and workers that speak the protocol to all of them
 * in turn.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplicasTest {
    private static final int REPLICAS = 3;
    private static final int WORKERS = 6;
    /** So that the test ends soon; what three replicas do wrong they do among the first. */
    private static final int ENOUGH = 600;

    private static final Duration LONGEST_SETTLING = Duration.ofSeconds(60);
    private static final String UNSETTLED =
            "run r JOIN state s ON s.id = r.start_state_id" + " WHERE r.state = 'PLANNED' AND s.stored_at IS NOT NULL";

    private static final String DATABASE = "replicas";

    private final List<ConfigurableApplicationContext> replicas = new ArrayList<>();
    private final List<URI> addresses = new ArrayList<>();

    @BeforeAll
    void start(@TempDir Path home) throws SQLException {
        execute("DROP DATABASE IF EXISTS " + DATABASE, "CREATE DATABASE " + DATABASE);
        TestDatabase database = TestDatabase.get();
        for (int i = 0; i < REPLICAS; i++) {
            ConfigurableApplicationContext replica = new SpringApplicationBuilder(BitfrontierService.class)
                    .run(
                            "--spring.datasource.url="
                                    + database.url().replaceFirst("/[^/?]+(\\?|$)", "/" + DATABASE + "$1"),
                            "--spring.datasource.username=" + database.user(),
                            "--spring.datasource.password=" + database.password(),
                            "--spring.datasource.hikari.maximum-pool-size=10",
                            "--bitfrontier.home=" + home.resolve("replica-" + i),
                            "--bitfrontier.access.login=none",
                            "--server.port=0",
                            "--logging.level.root=warn");
            replicas.add(replica);
            addresses.add(
                    URI.create("http://127.0.0.1:" + replica.getEnvironment().getProperty("local.server.port")));
        }
    }

    @AfterAll
    void stop() throws SQLException {
        replicas.forEach(ConfigurableApplicationContext::close);
        execute("DROP DATABASE IF EXISTS " + DATABASE + " WITH (FORCE)");
    }

    private static void execute(String... statements) throws SQLException {
        TestDatabase database = TestDatabase.get();
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), database.password());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @Test
    void aSweepOf22500PointsSubmittedTwiceWhileThreeReplicasClaimIsThereOnce() throws Exception {
        String document = LargeGrids.document("grid", 10, 18, 1);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger completed = new AtomicInteger();
        Set<Long> attempts = ConcurrentHashMap.newKeySet();
        Set<Long> runs = ConcurrentHashMap.newKeySet();
        ExecutorService pool = Executors.newFixedThreadPool(WORKERS + 2);
        try {
            // Something is there to claim from the first moment on, and it is shared with the large sweep.
            sweeps(2).submit(LargeGrids.document("small", 2, 1, 1));
            List<Future<?>> working = new ArrayList<>();
            HttpClient http = HttpClient.newHttpClient();
            for (int w = 0; w < WORKERS; w++) {
                IdleWorker worker = new IdleWorker(http, replicas.get(0).getBean(Workers.class));
                int first = w;
                working.add(pool.submit(() -> {
                    for (int turn = first; !stop.get() && completed.get() < ENOUGH; turn++) {
                        Optional<Assignment> claimed = worker.claim(addresses.get(turn % REPLICAS));
                        if (claimed.isPresent()) {
                            assertThat(attempts.add(claimed.get().attemptId())).isTrue();
                            assertThat(runs.add(claimed.get().runId())).isTrue();
                            worker.complete(addresses.get((turn + 1) % REPLICAS), claimed.get());
                            completed.incrementAndGet();
                        }
                    }
                    return null;
                }));
            }
            Future<Sweeps.Submission> first = pool.submit(() -> sweeps(0).submit(document));
            Future<Sweeps.Submission> second = pool.submit(() -> sweeps(1).submit(document));

            assertThat(first.get().sweep().id()).isEqualTo(second.get().sweep().id());
            assertThat(first.get().created()).isNotEqualTo(second.get().created());
            for (Future<?> worker : working) {
                worker.get();
            }
        } finally {
            stop.set(true);
            pool.shutdown();
        }

        assertThat(count("grid_point p JOIN sweep s ON s.id = p.sweep_id WHERE s.name = 'grid'"))
                .isEqualTo(22_500);
        assertThat(count("(SELECT DISTINCT p.fingerprint FROM grid_point p JOIN sweep s ON s.id = p.sweep_id"
                        + " WHERE s.name = 'grid') AS points"))
                .isEqualTo(22_500);
        assertThat(completed.get()).isGreaterThanOrEqualTo(ENOUGH);
        assertThat(count("attempt WHERE state = 'SUCCEEDED'")).isEqualTo(completed.get());
        assertThat(count("run WHERE state = 'SUCCEEDED'")).isEqualTo(completed.get());
        assertThat(count("run WHERE state = 'RUNNING'")).isZero();
        assertThat(count("(SELECT target_state_id, kind, evaluation_version FROM run"
                        + " GROUP BY 1, 2, 3 HAVING count(*) > 1) AS twice"))
                .isZero();
        settled();
        assertThat(count(UNSETTLED))
                .as("runs whose start is stored and that nobody made READY")
                .isZero();
    }

    /** What the two transactions did not see of each other is made up for after the submission, on another thread. */
    private void settled() throws InterruptedException {
        Instant limit = Instant.now().plus(LONGEST_SETTLING);
        while (count(UNSETTLED) > 0 && Instant.now().isBefore(limit)) {
            Thread.sleep(50);
        }
    }

    private Sweeps sweeps(int replica) {
        return replicas.get(replica).getBean(Sweeps.class);
    }

    private long count(String what) {
        return replicas.get(0)
                .getBean(JdbcClient.class)
                .sql("SELECT count(*) FROM " + what)
                .query(Long.class)
                .single();
    }
}
