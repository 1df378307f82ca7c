package io.bitfrontier.service.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresServerTest {
    private static final Path CACHE = Path.of("target", "postgres-cache");

    @TempDir
    private Path home;

    @Test
    void whatIsWrittenIsThereAfterAnotherStartAndAnOrphanIsStopped() throws Exception {
        Path data = home.resolve("postgres");
        Process service = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServerHolder.class.getName(),
                        CACHE.toAbsolutePath().toString(),
                        data.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String url = urlOf(service);
        update(url, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)");
        long orphan = postmaster(data);
        service.destroyForcibly().waitFor();
        assertThat(ProcessHandle.of(orphan).orElseThrow().isAlive()).isTrue();

        try (PostgresServer second = PostgresServer.start(CACHE, data, Map.of())) {
            assertThat(postmaster(data)).isNotEqualTo(orphan);
            assertThat(query(second, "SELECT n FROM kept")).isEqualTo("7");
            assertThat(second.jdbcUrl()).as("the port is remembered").isEqualTo(url);
        }
        assertThat(data.resolve("postmaster.pid")).doesNotExist();
        assertThat(data.resolve("PG_VERSION")).exists();
    }

    private static String urlOf(Process service) throws IOException {
        try (BufferedReader lines = service.inputReader()) {
            String line = lines.readLine();
            while (line != null && !line.startsWith("jdbc:")) {
                line = lines.readLine();
            }
            return Objects.requireNonNull(line, "the service ended before its database answered");
        }
    }

    @Test
    void itIsDurableAndListensOnTheLoopbackInterfaceOnly() throws Exception {
        try (PostgresServer server = PostgresServer.start(CACHE, home.resolve("postgres"), Map.of())) {
            assertThat(query(server, "SHOW fsync")).isEqualTo("on");
            assertThat(query(server, "SHOW synchronous_commit")).isEqualTo("on");
            assertThat(query(server, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(query(server, "SHOW unix_socket_directories")).isEmpty();
        }
    }

    @Test
    void anInterruptedInitializationIsNotTakenForData() throws Exception {
        Path data = home.resolve("postgres");
        Files.createDirectories(home.resolve("postgres.initializing").resolve("base"));
        try (PostgresServer server = PostgresServer.start(CACHE, data, Map.of())) {
            assertThat(query(server, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void aStalePidFileOfAnotherProcessHarmsNothing() throws Exception {
        Path data = home.resolve("postgres");
        PostgresServer.start(CACHE, data, Map.of()).close();
        Files.writeString(
                data.resolve("postmaster.pid"), ProcessHandle.current().pid() + "\n" + data + "\n1\n5432\n\n\n");
        try (PostgresServer server = PostgresServer.start(CACHE, data, Map.of())) {
            assertThat(query(server, "SELECT 1")).isEqualTo("1");
        }
        assertThat(ProcessHandle.current().isAlive()).isTrue();
    }

    @Test
    void aKilledServerComesBackOnTheSamePortWithWhatWasCommitted() throws Exception {
        Path data = home.resolve("postgres");
        try (PostgresServer server = PostgresServer.start(CACHE, data, Map.of())) {
            update(server.jdbcUrl(), "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)");
            long killed = postmaster(data);
            ProcessHandle handle = ProcessHandle.of(killed).orElseThrow();
            handle.destroyForcibly();
            handle.onExit().get(10, TimeUnit.SECONDS);
            assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
                while (!answers(server)) {
                    Thread.sleep(20);
                }
            });
            assertThat(query(server, "SELECT n FROM kept")).isEqualTo("7");
            assertThat(postmaster(data)).isNotEqualTo(killed);
        }
        assertThat(data.resolve("postmaster.pid")).doesNotExist();
    }

    private static boolean answers(PostgresServer server) {
        try {
            return query(server, "SELECT 1").equals("1");
        } catch (SQLException e) {
            return false;
        }
    }

    @Test
    void aSecondServiceOnTheSameHomeIsRefusedWithThePidOfTheFirst() throws Exception {
        try (HomeLock lock = HomeLock.take(home)) {
            assertThat(lock).isNotNull();
            assertThatThrownBy(() -> HomeLock.take(home))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(Long.toString(ProcessHandle.current().pid()))
                    .hasMessageContaining(home.toString());
        }
        HomeLock.take(home).close();
    }

    private static long postmaster(Path data) throws IOException {
        return Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
    }

    private static void update(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, "postgres", "");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(PostgresServer server, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), "");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
