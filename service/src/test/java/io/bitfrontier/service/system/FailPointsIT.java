package io.bitfrontier.service.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.failpoint.FailPoint;
import io.bitfrontier.service.testing.RunBuilder.Seeded;
import io.bitfrontier.service.testing.TestDatabase;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * One service process ends at every {@link FailPoint} in turn and is started again each time, while workers go on. At the end
 * every point has fired, and every run has succeeded once, with the curve, files and rows of one that was left alone.
 */
class FailPointsIT {
    /** All but the one that Jobs alone have: {@link ClusterFault#SERVICE_BETWEEN_JOB_AND_SECRET} proves that it fires. */
    private static final Set<FailPoint> POINTS = EnumSet.complementOf(EnumSet.of(FailPoint.JOB_MADE));

    private static final String DATABASE = "fail_points";
    private static final int HALTED = 86;
    /** Two that wait for the gate, and one at least that is free for others. */
    private static final int WORKERS = 3;

    @TempDir
    private Path home;

    private JdbcClient jdbc;
    private ServiceProcess service;
    private FailPointMaterial material;

    @BeforeEach
    void aDatabaseOfItsOwn() throws Exception {
        TestDatabase shared = TestDatabase.get();
        try (Connection connection = DriverManager.getConnection(shared.url(), shared.user(), shared.password());
                Statement statement = connection.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS " + DATABASE + " WITH (FORCE)");
            statement.execute("CREATE DATABASE " + DATABASE);
        }
        String url = shared.url().replaceFirst("/[^/?]+(\\?|$)", "/" + DATABASE + "$1");
        jdbc = JdbcClient.create(new DriverManagerDataSource(url, shared.user(), shared.password()));
        material = new FailPointMaterial(jdbc, home);
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
        // Without this test's own classes: of directories no archive of loaded classes can be made.
        String serviceClassPath = Arrays.stream(classPath.split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes"))
                .collect(Collectors.joining(File.pathSeparator));
        service = new ServiceProcess(
                        List.of("-cp", serviceClassPath, "io.bitfrontier.service.BitfrontierService"), home)
                .with("spring.datasource.url", url)
                .with("spring.datasource.username", shared.user())
                .with("spring.datasource.password", shared.password())
                .with("bitfrontier.access.login", "none")
                .with("spring.main.lazy-initialization", "true")
                .with("bitfrontier.launch.reconcile-every", "100ms")
                .with("bitfrontier.launch.stop-grace", "0s")
                .with("bitfrontier.run.retention-every", "500ms")
                // However long the starts take, no lease passes but the one that the test lets pass.
                .with("bitfrontier.run.lease", "10m")
                .with("bitfrontier.launch.local.workers", Integer.toString(WORKERS))
                .with("bitfrontier.launch.local.class-path", classPath)
                .with("bitfrontier.launch.local.main-class", StandInWorker.class.getName())
                .with("bitfrontier.launch.local.jvm-options", "-Xmx64m,-XX:+UseSerialGC,-XX:TieredStopAtLevel=1");
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        service.kill();
        for (long pid : workers()) {
            Processes.kill(pid);
        }
        material.orphans().forEach(Process::destroyForcibly);
    }

    @Test
    @Timeout(value = 40, unit = TimeUnit.MINUTES)
    void aServiceThatEndsAtAnyPointLosesAndDoublesNothing() throws Exception {
        // Dozens of starts are to come: they find the classes that this one loads where it leaves them.
        Path loaded = home.resolve("loaded.jsa");
        service.setOptions("-XX:ArchiveClassesAtExit=" + loaded);
        service.start();
        service.awaitReady();
        service.stop();
        service.setOptions("-XX:SharedArchiveFile=" + loaded);
        material.addTheFirstRuns();
        service.with("bitfrontier.fail-point", POINTS.stream().map(Enum::name).collect(Collectors.joining(",")));

        // A launcher that refuses: there is no program to start workers with.
        service.setEnvironment("PATH", "/nowhere");
        until(FailPoint.LAUNCH_REFUSED, FailPoint.LAUNCH_REFUSAL_NOTED);
        service.setEnvironment("PATH", null);

        Set<FailPoint> first = EnumSet.copyOf(POINTS);
        first.removeAll(FailPointMaterial.OF_FROZEN_OR_STOPPING_WORKERS);
        until(first.toArray(FailPoint[]::new));

        restart();
        silenceAWorker();
        until(FailPoint.SILENT_WORKER_FOUND, FailPoint.SILENT_WORKER_KILLED);

        stopUntil(FailPoint.DRAIN_NOTED);
        stopUntil(FailPoint.WORKERS_TOLD);
        restart();
        Processes.freeze(await(() -> busyWorker()));
        stopUntil(FailPoint.STRAGGLER_FOUND);
        stopUntil(FailPoint.STRAGGLER_KILLED);

        assertThat(fired()).as("fired").containsExactlyInAnyOrderElementsOf(POINTS);

        Files.createFile(home.resolve("scratch").resolve(StandInWorker.GATE));
        restart();
        await(() -> count("SELECT count(*) FROM run WHERE state NOT IN ('SUCCEEDED', 'FAILED')") == 0 ? true : null);
        await(() -> count("SELECT count(*) FROM eviction WHERE removed_at IS NULL") == 0 ? true : null);
        await(() -> count("SELECT count(*) FROM checkpoint") == 0 ? true : null);
        service.stop();

        nothingIsLostOrDoubled(material.runs());
        assertThat(material.orphans()).noneMatch(Process::isAlive);
        assertThat(material.states()).isNotEmpty().noneMatch(Files::exists);
        assertThat(material.leftovers()).isNotEmpty().noneMatch(Files::exists);
        assertThat(count("SELECT count(*) FROM eviction"))
                .isEqualTo(material.states().size());
    }

    /** Restarts the service as often as it ends, until it has ended at all of these. */
    private void until(FailPoint... points) throws Exception {
        long progressAt = System.nanoTime();
        Set<FailPoint> missing = missing(points);
        restartUnready();
        while (!missing.isEmpty()) {
            if (System.nanoTime() - progressAt > TimeUnit.MINUTES.toNanos(10)) {
                throw new AssertionError("waited for ten minutes in vain for one of " + missing + "; runs: "
                        + jdbc.sql("SELECT state, count(*) FROM run GROUP BY state")
                                .query()
                                .listOfRows());
            }
            material.renewFor(missing);
            TimeUnit.MILLISECONDS.sleep(50);
            // In this order: a service that has ended has left all its marks, and is started again only for what they
            // lack.
            boolean ended = !service.isAlive();
            Set<FailPoint> left = missing(points);
            progressAt = left.equals(missing) ? progressAt : System.nanoTime();
            missing = left;
            if (ended && !missing.isEmpty()) {
                service.start();
            }
        }
        assertThat(service.awaitExit()).isEqualTo(HALTED);
    }

    private Set<FailPoint> missing(FailPoint... points) throws IOException {
        Set<FailPoint> missing = EnumSet.copyOf(List.of(points));
        missing.removeAll(fired());
        return missing;
    }

    /** Stops the service, and starts it again, until its stop has come to an end at the point. */
    private void stopUntil(FailPoint point) throws Exception {
        for (int i = 0; i < 5 && !fired().contains(point); i++) {
            restart();
            await(this::busyWorker);
            service.terminate();
            service.awaitExit();
        }
        assertThat(fired()).contains(point);
    }

    private void restartUnready() throws IOException, InterruptedException {
        if (service.isAlive()) {
            return;
        }
        service.start();
    }

    private void restart() throws Exception {
        restartUnready();
        service.awaitReady();
    }

    /** A worker freezes, loses its attempt, and is not heard of for a day. */
    private void silenceAWorker() throws Exception {
        long pid = await(this::busyWorker);
        Processes.freeze(pid);
        // Again and again: a heartbeat on its way when the worker froze renews the lease.
        await(() -> jdbc.sql(
                                        "UPDATE attempt SET lease_expires_at = now() - interval '1 hour' FROM worker w "
                                                + "WHERE w.id = attempt.worker_id AND attempt.state = 'RUNNING' AND w.external_id LIKE ?")
                                .param(pid + ":%")
                                .update()
                        == 0
                ? true
                : null);
        jdbc.sql("UPDATE worker SET last_seen_at = now() - interval '1 day' WHERE external_id LIKE ?")
                .param(pid + ":%")
                .update();
    }

    /** The pid of a worker that lives and has an attempt; null for none. */
    private @Nullable Long busyWorker() throws IOException {
        List<Long> living = workers();
        return jdbc
                .sql("SELECT DISTINCT w.external_id FROM worker w JOIN attempt a ON a.worker_id = w.id "
                        + "WHERE a.state = 'RUNNING' AND w.external_id IS NOT NULL")
                .query(String.class)
                .list()
                .stream()
                .map(id -> Long.valueOf(id.substring(0, id.indexOf(':'))))
                .filter(living::contains)
                .findFirst()
                .orElse(null);
    }

    private static <T> T await(Callable<@Nullable T> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
        T value = condition.call();
        while (value == null) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited for three minutes in vain");
            }
            TimeUnit.MILLISECONDS.sleep(50);
            value = condition.call();
        }
        return value;
    }

    private Set<FailPoint> fired() throws IOException {
        Set<FailPoint> fired = EnumSet.noneOf(FailPoint.class);
        Path marks = home.resolve("fail-points");
        if (Files.exists(marks)) {
            try (var files = Files.newDirectoryStream(marks)) {
                files.forEach(
                        file -> fired.add(FailPoint.valueOf(file.getFileName().toString())));
            }
        }
        return fired;
    }

    private List<Long> workers() throws IOException {
        return Processes.workersBelow(home, StandInWorker.class.getName());
    }

    private void nothingIsLostOrDoubled(List<Seeded> runs) throws Exception {
        assertThat(count("SELECT count(*) FROM run WHERE state = 'SUCCEEDED'")).isEqualTo(runs.size());
        assertThat(count("SELECT count(*) FROM run_transition WHERE event = 'COMPLETED'"))
                .isEqualTo(runs.size());
        assertThat(count("SELECT count(*) FROM attempt WHERE state = 'SUCCEEDED'"))
                .isEqualTo(runs.size());
        assertThat(count("SELECT count(*) FROM attempt WHERE state = 'RUNNING'"))
                .isZero();
        assertThat(count(
                        "SELECT count(*) FROM run_transition WHERE from_state IN ('SUCCEEDED', 'FAILED', 'CANCELLED')"))
                .isZero();
        assertThat(count("SELECT count(*) FROM worker WHERE state IN ('LAUNCHING', 'ACTIVE')"))
                .isZero();
        assertThat(workers()).as("workers left behind").isEmpty();
        for (Seeded run : runs) {
            assertThat(curveOf(run)).isEqualTo(wholeCurve(run));
            assertThat(Files.readString(Path.of(URI.create(checkpointOf(run))).resolve("weights")))
                    .isEqualTo(Long.toString(run.tokens()));
        }
        assertThat(count("SELECT count(*) FROM checkpoint")).isZero();
        try (var files = Files.walk(home.resolve("artifacts"))) {
            assertThat(files.filter(file -> file.endsWith("on-the-way")))
                    .as("checkpoints on the way")
                    .isEmpty();
        }
    }

    /** What a reader sees: of each token the newest attempt's row. */
    private List<String> curveOf(Seeded run) {
        return jdbc.sql("""
                        SELECT DISTINCT ON (m.tokens) m.tokens, m.loss FROM metric m JOIN attempt a ON a.id = m.attempt_id
                        WHERE a.run_id = ? ORDER BY m.tokens, a.number DESC
                        """)
                .param(run.run())
                .query((row, n) -> row.getLong("tokens") + " " + row.getDouble("loss"))
                .list();
    }

    private List<String> wholeCurve(Seeded run) {
        long from = count("SELECT from_tokens FROM run WHERE id = " + run.run());
        List<String> rows = new ArrayList<>();
        for (long tokens = from + 100; tokens <= run.tokens(); tokens += 100) {
            rows.add(tokens + " " + StandInWorker.lossAt(tokens));
        }
        return rows;
    }

    private String checkpointOf(Seeded run) {
        return jdbc.sql("SELECT checkpoint_uri FROM state WHERE id = ?")
                .param(run.state())
                .query(String.class)
                .single();
    }

    private long count(String sql) {
        return jdbc.sql(sql).query(Long.class).single();
    }
}
