package io.bitfrontier.service.system;

import io.bitfrontier.service.database.ServerHolder;
import io.bitfrontier.service.failpoint.FailPoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * Three packaged services on this machine with a home, a worker and a wire to it each, over one PostgreSQL in a process of its
 * own and one directory of artifacts.
 */
final class LocalPlant implements Plant, AutoCloseable {
    static final Duration LEASE = Duration.ofSeconds(10);
    static final Path FAKETIME = Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1");
    private static final String WORKER_CLASS = "io.bitfrontier.trainer.Main";
    private static final int SERVICES = 3;

    private final Path directory;
    private final Duration outage;
    private final List<ServiceProcess> services = new ArrayList<>();
    private final List<Wire> wires = new ArrayList<>();
    private @Nullable Process database;
    private String url = "";

    LocalPlant(Path directory, Duration outage) throws Exception {
        this.directory = directory;
        this.outage = outage;
        startDatabase();
        List<Path> jars = packaged().orElseThrow();
        String workerClassPath = jars.get(1) + ":" + jars.get(1).resolveSibling("lib") + "/*";
        for (int i = 0; i < SERVICES; i++) {
            ServiceProcess service =
                    new ServiceProcess(List.of("-jar", jars.get(0).toString()), directory.resolve("home-" + i));
            Wire wire = new Wire(service.port());
            service.with("spring.datasource.url", url)
                    .with("spring.datasource.username", "postgres")
                    .with("bitfrontier.access.login", "none")
                    .with(
                            "bitfrontier.artifacts",
                            directory.resolve("artifacts").toString())
                    .with("bitfrontier.run.lease", LEASE.toSeconds() + "s")
                    .with("bitfrontier.run.checkpoint-every", "1s")
                    .with("bitfrontier.launch.reconcile-every", "300ms")
                    .with("bitfrontier.launch.service-url", "http://127.0.0.1:" + wire.port())
                    .with("bitfrontier.launch.local.workers", "1")
                    .with("bitfrontier.launch.local.class-path", workerClassPath);
            services.add(service);
            wires.add(wire);
        }
        for (int i = 0; i < SERVICES; i++) {
            startService(i);
        }
    }

    /** The packaged service and worker, or empty where this build has not made them. */
    static Optional<List<Path>> packaged() {
        Path root = Path.of("..").toAbsolutePath().normalize();
        Path serviceJar = root.resolve("service/target/bitfrontier-service-0.1.0-SNAPSHOT-app.jar");
        Path workerJar = root.resolve("worker-image/target/bitfrontier-worker-0.1.0-SNAPSHOT.jar");
        boolean there = Files.exists(serviceJar) && Files.exists(workerJar);
        return there ? Optional.of(List.of(serviceJar, workerJar)) : Optional.empty();
    }

    JdbcClient jdbc() {
        return JdbcClient.create(new DriverManagerDataSource(url, "postgres", ""));
    }

    int portOf(int service) {
        return services.get(service).port();
    }

    @Override
    public int services() {
        return SERVICES;
    }

    @Override
    public void killService(int service) throws Exception {
        services.get(service).kill();
    }

    @Override
    public void startService(int service) throws Exception {
        services.get(service).start();
        services.get(service).awaitReady();
    }

    @Override
    public void armService(int service, FailPoint point) throws Exception {
        killService(service);
        ServiceProcess process = services.get(service);
        Files.deleteIfExists(process.home().resolve("fail-points").resolve(point.name()));
        process.with("bitfrontier.fail-point", point.name());
        process.start();
        process.with("bitfrontier.fail-point", "");
    }

    @Override
    public boolean isAlive(int service) {
        return services.get(service).isAlive();
    }

    @Override
    public Optional<BusyWorker> aBusyWorker(int service) throws Exception {
        List<BusyWorker> found = new ArrayList<>();
        Fault.waitUntil(Duration.ofSeconds(20), () -> {
            List<Long> living = workersOf(service);
            jdbc()
                    .sql("""
                            SELECT w.external_id, a.id FROM attempt a JOIN worker w ON w.id = a.worker_id
                            WHERE a.state = 'RUNNING' AND w.external_id IS NOT NULL
                            """)
                    .query((row, n) -> new BusyWorker(row.getString(1).replaceFirst(":.*", ""), row.getLong(2)))
                    .list()
                    .stream()
                    .filter(busy -> living.contains(Long.valueOf(busy.name())))
                    .forEach(found::add);
            return !found.isEmpty();
        });
        return found.stream().findFirst();
    }

    private List<Long> workersOf(int service) throws IOException {
        return Processes.workersBelow(services.get(service).home(), WORKER_CLASS);
    }

    /** Of all replicas. */
    List<Long> workers() throws IOException {
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < SERVICES; i++) {
            all.addAll(workersOf(i));
        }
        return all;
    }

    @Override
    public void killWorker(String worker) {
        Processes.kill(Long.parseLong(worker));
    }

    @Override
    public void freezeWorker(String worker) throws Exception {
        Processes.freeze(Long.parseLong(worker));
    }

    @Override
    public void thawWorker(String worker) throws Exception {
        Processes.thaw(Long.parseLong(worker));
    }

    @Override
    public boolean isRunning(long attempt) {
        return jdbc().sql("SELECT state = 'RUNNING' FROM attempt WHERE id = ?")
                .param(attempt)
                .query(Boolean.class)
                .single();
    }

    @Override
    public long refusedWrites(long attempt) {
        return jdbc().sql("SELECT refused_writes FROM attempt WHERE id = ?")
                .param(attempt)
                .query(Long.class)
                .single();
    }

    @Override
    public void cutOffWorkersOf(int service) {
        wires.get(service).cut();
    }

    @Override
    public void reconnectWorkersOf(int service) {
        wires.get(service).mend();
    }

    @Override
    public void killDatabase() throws Exception {
        if (database != null) {
            database.destroyForcibly().waitFor();
        }
        Path pidFile = directory.resolve("postgres").resolve("postmaster.pid");
        Processes.kill(Long.parseLong(Files.readAllLines(pidFile).get(0).trim()));
    }

    @Override
    public void startDatabase() throws Exception {
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

    @Override
    public Duration outage() {
        return outage;
    }

    @Override
    public void makeClockSettable(int service) throws Exception {
        if (!Files.exists(FAKETIME)) {
            throw new IllegalStateException(FAKETIME + " is missing: install the package libfaketime");
        }
        ServiceProcess process = services.get(service);
        Path clock = clockOf(service);
        jumpClock(service, Duration.ZERO);
        process.setEnvironment("LD_PRELOAD", FAKETIME.toString());
        process.setEnvironment("FAKETIME_TIMESTAMP_FILE", clock.toString());
        process.setEnvironment("FAKETIME_CACHE_DURATION", "1");
        process.setEnvironment("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        // Java waits by the monotonic clock, which stays true; the library's remedy for old C libraries would stretch
        // its waits.
        process.setEnvironment("FAKETIME_FORCE_MONOTONIC_FIX", "0");
        killService(service);
        startService(service);
        process.clearEnvironment();
    }

    private Path clockOf(int service) {
        return directory.resolve("clock-" + service);
    }

    @Override
    public void jumpClock(int service, Duration offset) throws IOException {
        Files.writeString(clockOf(service), (offset.isNegative() ? "" : "+") + offset.toSeconds());
    }

    /** Whatever is down comes up. */
    void heal() throws Exception {
        for (int i = 0; i < SERVICES; i++) {
            wires.get(i).mend();
            if (!isAlive(i)) {
                startService(i);
            }
        }
    }

    void stopServices() throws InterruptedException {
        services.forEach(ServiceProcess::terminate);
        for (ServiceProcess service : services) {
            service.stop();
        }
    }

    @Override
    public void close() throws Exception {
        for (ServiceProcess service : services) {
            service.kill();
        }
        for (long worker : workers()) {
            Processes.kill(worker);
        }
        for (Wire wire : wires) {
            wire.close();
        }
        killDatabase();
        // The postmaster's children follow it.
        TimeUnit.MILLISECONDS.sleep(500);
    }
}
