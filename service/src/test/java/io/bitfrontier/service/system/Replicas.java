package io.bitfrontier.service.system;

import io.bitfrontier.service.database.ServerHolder;
import io.bitfrontier.service.failpoint.FailPoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * Packaged services on this machine with a home each, over one PostgreSQL in a process of its own and one directory of artifacts.
 * They are numbered from 0.
 */
final class Replicas implements AutoCloseable {
    static final int COUNT = 3;
    static final Duration LEASE = Duration.ofSeconds(6);
    private static final Path FAKETIME = Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1");

    private final Path directory;
    private final List<ServiceProcess> services = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private @Nullable Process database;
    private String url = "";

    /** Starts the database; the services wait for {@link #startAll}. */
    Replicas(Path directory, int count) throws Exception {
        this.directory = directory;
        startDatabase();
        Map<String, String> settings = Map.of(
                "spring.datasource.url", url,
                "spring.datasource.username", "postgres",
                "bitfrontier.access.login", "none",
                "bitfrontier.artifacts", artifacts().toString(),
                "bitfrontier.run.lease", LEASE.toSeconds() + "s",
                "bitfrontier.run.checkpoint-every", "1s",
                "bitfrontier.launch.reconcile-every", "300ms");
        List<String> program = ServiceProgram.of(serviceJar(), directory.resolve("home-first"), settings);
        for (int i = 0; i < count; i++) {
            ServiceProcess service = new ServiceProcess(program, directory.resolve("home-" + i));
            settings.forEach(service::with);
            services.add(service);
        }
    }

    /** Whether this build has made the packaged service and worker. */
    static boolean packaged() {
        return Files.exists(serviceJar()) && Files.exists(workerJar());
    }

    private static Path serviceJar() {
        return built("service/target/bitfrontier-service-0.1.0-SNAPSHOT-app.jar");
    }

    private static Path workerJar() {
        return built("worker-image/target/bitfrontier-worker-0.1.0-SNAPSHOT.jar");
    }

    private static Path built(String path) {
        return Path.of("..").toAbsolutePath().normalize().resolve(path);
    }

    static String workerClassPath() {
        return workerJar() + ":" + workerJar().resolveSibling("lib") + "/*";
    }

    Path artifacts() {
        return directory.resolve("artifacts");
    }

    JdbcClient jdbc() {
        return JdbcClient.create(database());
    }

    Connection connection() throws SQLException {
        return database().getConnection();
    }

    private DataSource database() {
        return new DriverManagerDataSource(url, "postgres", "");
    }

    int count() {
        return services.size();
    }

    ServiceProcess get(int service) {
        return services.get(service);
    }

    int[] ports() {
        return services.stream().mapToInt(ServiceProcess::port).toArray();
    }

    /** As kill -9 does. */
    void kill(int service) throws InterruptedException {
        services.get(service).kill();
    }

    void killAll() throws InterruptedException {
        for (ServiceProcess service : services) {
            service.kill();
        }
    }

    /** Starts those that do not run, all at once, and waits until they are ready. */
    void startAll() throws Exception {
        List<Integer> dead =
                IntStream.range(0, count()).filter(i -> !isAlive(i)).boxed().toList();
        for (int service : dead) {
            services.get(service).start();
        }
        for (int service : dead) {
            services.get(service).awaitReady();
        }
    }

    /** Restarts one so that it ends itself at the point, the first time it comes there; it may be there before it is ready. */
    void arm(int service, FailPoint point) throws Exception {
        kill(service);
        ServiceProcess process = services.get(service);
        Files.deleteIfExists(process.home().resolve("fail-points").resolve(point.name()));
        process.with("bitfrontier.fail-point", point.name());
        process.start();
        process.with("bitfrontier.fail-point", "");
    }

    boolean isAlive(int service) {
        return services.get(service).isAlive();
    }

    /** The new sweep's id. */
    String submit(String yaml) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + services.get(0).port() + "/api/v1/sweeps"))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/yaml")
                .POST(HttpRequest.BodyPublishers.ofString(yaml))
                .build();
        HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IllegalStateException(answer.statusCode() + " " + answer.body());
        }
        return JsonMapper.shared().readTree(answer.body()).get("id").asString();
    }

    /** Whether the attempt has not ended. */
    boolean isRunning(long attempt) {
        return jdbc().sql("SELECT state = 'RUNNING' FROM attempt WHERE id = ?")
                .param(attempt)
                .query(Boolean.class)
                .single();
    }

    /** By the database's clock. */
    OffsetDateTime now() {
        return jdbc().sql("SELECT clock_timestamp()")
                .query(OffsetDateTime.class)
                .single();
    }

    /**
     * Whether the worker of an ended attempt has learnt since then that it ended: a late write was refused, or, where a
     * heartbeat told it before it wrote anything, it has asked for other work or is gone.
     */
    boolean isGivenUp(long attempt, OffsetDateTime since) {
        return jdbc().sql("""
                        SELECT a.refused_writes > 0 OR w.last_seen_at > :since OR w.state NOT IN ('LAUNCHING', 'ACTIVE')
                        FROM attempt a JOIN worker w ON w.id = a.worker_id WHERE a.id = :attempt
                        """)
                .param("attempt", attempt)
                .param("since", since)
                .query(Boolean.class)
                .single();
    }

    /** Kill -9 of the database and of what would start it again. */
    void killDatabase() throws Exception {
        if (database != null) {
            database.destroyForcibly().waitFor();
        }
        Path pidFile = directory.resolve("postgres").resolve("postmaster.pid");
        Processes.kill(Long.parseLong(Files.readAllLines(pidFile).get(0).trim()));
    }

    void startDatabase() throws Exception {
        String classPath = System.getProperty("java.class.path");
        Process started = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath,
                        ServerHolder.class.getName(),
                        Path.of("target/postgres-cache").toString(),
                        directory.resolve("postgres").toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        database = started;
        BufferedReader output = started.inputReader(StandardCharsets.UTF_8);
        String line = output.readLine();
        while (line != null && !line.startsWith("jdbc:")) {
            line = output.readLine();
        }
        url = Optional.ofNullable(line).orElseThrow(() -> new IOException("the database did not start"));
    }

    /** Makes one's wall clock one that can be set; it is started anew. */
    void makeClockSettable(int service) throws Exception {
        if (!Files.exists(FAKETIME)) {
            throw new IllegalStateException(FAKETIME + " is missing: install the package libfaketime");
        }
        ServiceProcess process = services.get(service);
        jumpClock(service, Duration.ZERO);
        process.setEnvironment("LD_PRELOAD", FAKETIME.toString());
        process.setEnvironment("FAKETIME_TIMESTAMP_FILE", clockOf(service).toString());
        process.setEnvironment("FAKETIME_CACHE_DURATION", "1");
        process.setEnvironment("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        // Java waits by the monotonic clock, which stays true; the library's remedy for old C libraries would stretch
        // its waits.
        process.setEnvironment("FAKETIME_FORCE_MONOTONIC_FIX", "0");
        kill(service);
        process.start();
        process.awaitReady();
        process.clearEnvironment();
    }

    private Path clockOf(int service) {
        return directory.resolve("clock-" + service);
    }

    /** Sets the wall clock of one that far from the true time. */
    void jumpClock(int service, Duration offset) throws IOException {
        Files.writeString(clockOf(service), (offset.isNegative() ? "" : "+") + offset.toSeconds());
    }

    /** As Ctrl-C does, all at once, and waits. */
    void stopAll() throws InterruptedException {
        services.forEach(ServiceProcess::terminate);
        for (ServiceProcess service : services) {
            service.stop();
        }
    }

    @Override
    public void close() throws Exception {
        killAll();
        killDatabase();
        // The postmaster's children follow it.
        TimeUnit.MILLISECONDS.sleep(500);
    }
}
