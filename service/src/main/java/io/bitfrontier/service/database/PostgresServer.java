package io.bitfrontier.service.database;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * A PostgreSQL server process with its data in a directory. It runs in a session of its own, so that Ctrl-C on the service
 * stops the service first and the service stops it; an orphan of a killed service is stopped before the next start, and a killed
 * server is started again on the same port.
 */
public final class PostgresServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PostgresServer.class);
    private static final long START_SECONDS = 60;
    private static final int LOG_TAIL = 2_000;
    private static final Duration CHILDREN_END = Duration.ofSeconds(10);
    private static final int REVIVALS = 3;

    private final Path programs;
    private final Path data;
    private final Path logFile;
    private final Map<String, String> configuration;
    private final DataDirectory directory;
    private volatile boolean closed;
    private int port;

    private PostgresServer(Path programs, Path data, Path logFile, Map<String, String> configuration) {
        this.programs = programs;
        this.data = data;
        this.logFile = logFile;
        this.configuration = configuration;
        this.directory = new DataDirectory(data);
    }

    /**
     * Initializes the data directory where it is missing and starts the server.
     *
     * @param cache where the programs are unpacked
     * @param data the data directory; its parent holds the log and the remembered port
     * @param configuration server settings beyond the defaults; {@code fsync} and {@code synchronous_commit} are on
     */
    public static PostgresServer start(Path cache, Path data, Map<String, String> configuration) throws IOException {
        Path absolute = data.toAbsolutePath().normalize();
        Files.createDirectories(absolute.getParent());
        PostgresServer server = new PostgresServer(
                PostgresBinaries.unpack(cache.toAbsolutePath()).resolve("bin"),
                absolute,
                absolute.resolveSibling(absolute.getFileName() + ".log"),
                configuration);
        server.stopOrphan();
        server.initialize();
        server.startPostmaster();
        return server;
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?reWriteBatchedInserts=true";
    }

    public String user() {
        return "postgres";
    }

    /** The data directory appears complete or not at all: an interrupted initialization is thrown away. */
    private void initialize() throws IOException {
        if (Files.exists(data.resolve("PG_VERSION"))) {
            return;
        }
        Path fresh = data.resolveSibling(data.getFileName() + ".initializing");
        FileSystemUtils.deleteRecursively(fresh);
        log.info("initializing the embedded database in {}", data);
        run(
                START_SECONDS,
                "initdb",
                "-D",
                fresh.toString(),
                "-U",
                user(),
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-instructions");
        Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
    }

    private synchronized void startPostmaster() throws IOException {
        if (closed) {
            return;
        }
        Path remembered = data.resolveSibling(data.getFileName() + ".port");
        port = freePort(remembered);
        List<String> command = new ArrayList<>(List.of("setsid"));
        command.addAll(unprivileged());
        command.addAll(List.of(programs.resolve("postgres").toString(), "-D", data.toString()));
        settings().forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile.toFile()))
                .start();
        awaitReady(process);
        process.onExit().thenRun(this::revive);
        Files.writeString(remembered, Integer.toString(port));
        log.info("the embedded database in {} answers on 127.0.0.1:{}", data, port);
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>(Map.of(
                "listen_addresses", "127.0.0.1",
                "port", Integer.toString(port),
                "unix_socket_directories", "",
                "fsync", "on",
                "synchronous_commit", "on",
                "full_page_writes", "on",
                "max_connections", "50"));
        settings.putAll(configuration);
        return settings;
    }

    private void awaitReady(Process process) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        SQLException last = null;
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                throw new IOException("the embedded database ended with " + process.exitValue() + ": " + logTail());
            }
            try (var connection = DriverManager.getConnection(jdbcUrl(), user(), "")) {
                if (connection.isValid(1)) {
                    return;
                }
            } catch (SQLException e) {
                last = e;
            }
            pause();
        }
        process.destroy();
        throw new IOException("the embedded database did not answer in " + START_SECONDS + " s: " + logTail(), last);
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the embedded database starts", e);
        }
    }

    /** A postmaster that outlived a killed service still holds the data directory. */
    private void stopOrphan() throws IOException {
        if (!Files.isDirectory(data)) {
            return;
        }
        Optional<Long> orphan = directory.postmaster();
        if (orphan.isPresent()) {
            log.info("stopping the database process {} that an earlier service left behind", orphan.get());
            stop();
        }
        directory.awaitFree(CHILDREN_END);
    }

    /** The postmaster has ended though nobody asked it to: killed, or out of memory. Committed data is safe, so start again. */
    private void revive() {
        for (int i = 1; !closed && i <= REVIVALS; i++) {
            try {
                log.warn("the embedded database process has ended; starting it again, try {} of {}", i, REVIVALS);
                directory.awaitFree(CHILDREN_END);
                startPostmaster();
                return;
            } catch (IOException e) {
                log.error("the embedded database did not come back: {}", e.getMessage());
            }
        }
    }

    private static @Nullable Long number(String text) {
        try {
            return Long.valueOf(text.strip());
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private void stop() throws IOException {
        try {
            run(40, "pg_ctl", "stop", "-D", data.toString(), "-m", "fast", "-w", "-t", "30", "-s");
        } catch (IOException e) {
            log.warn("the embedded database did not stop in time and recovers at its next start: {}", e.getMessage());
            run(20, "pg_ctl", "stop", "-D", data.toString(), "-m", "immediate", "-w", "-t", "10", "-s");
        }
    }

    private void run(long seconds, String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(unprivileged());
        command.add(programs.resolve(program).toString());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile.toFile()))
                .start();
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(program + " took more than " + seconds + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted during " + program, e);
        }
        if (process.exitValue() != 0) {
            throw new IOException(program + " ended with " + process.exitValue() + ": " + logTail());
        }
    }

    /** PostgreSQL refuses root; in a user namespace without a mapping root is nobody and still owns its files. */
    private static List<String> unprivileged() {
        return System.getProperty("user.name").equals("root") ? List.of("unshare", "-U") : List.of();
    }

    private static int freePort(Path remembered) throws IOException {
        Long before = Files.exists(remembered) ? number(Files.readString(remembered)) : null;
        if (before != null && isFree(before.intValue())) {
            return before.intValue();
        }
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }

    private String logTail() {
        try {
            String all = Files.readString(logFile);
            return all.substring(Math.max(0, all.length() - LOG_TAIL)).strip();
        } catch (IOException e) {
            return "no log in " + logFile;
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        synchronized (this) {
            if (directory.postmaster().isPresent()) {
                stop();
            }
        }
    }
}
