package io.bitfrontier.service.testing;

import io.bitfrontier.service.database.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.util.FileSystemUtils;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * One PostgreSQL 18 for all tests of a JVM: a container where a Docker engine runs, the embedded one elsewhere. Which one is
 * printed aloud.
 */
public final class TestDatabase {
    private static final TestDatabase INSTANCE = start();

    private final String url;
    private final String user;
    private final String password;

    private TestDatabase(String url, String user, String password) {
        this.url = url;
        this.user = user;
        this.password = password;
    }

    public static TestDatabase get() {
        return INSTANCE;
    }

    public String url() {
        return url;
    }

    public String user() {
        return user;
    }

    public String password() {
        return password;
    }

    private static TestDatabase start() {
        if (dockerRuns()) {
            System.out.println("=== tests use PostgreSQL 18 in a container ===");
            PostgreSQLContainer container = new PostgreSQLContainer("postgres:18");
            container.start();
            return new TestDatabase(container.getJdbcUrl(), container.getUsername(), container.getPassword());
        }
        System.out.println("=== no Docker engine: tests use the embedded PostgreSQL 18 ===");
        return embedded();
    }

    private static boolean dockerRuns() {
        boolean socket = Files.exists(Path.of("/var/run/docker.sock")) || System.getenv("DOCKER_HOST") != null;
        return socket && DockerClientFactory.instance().isDockerAvailable();
    }

    private static TestDatabase embedded() {
        try {
            Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
            Path directory = Files.createTempDirectory(target, "test-postgres-");
            // Durability is tested where it matters; here it would only be slow.
            PostgresServer server = PostgresServer.start(
                    target.resolve("postgres-cache"),
                    directory.resolve("data"),
                    Map.of("fsync", "off", "synchronous_commit", "off", "max_connections", "200"));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    server.close();
                    FileSystemUtils.deleteRecursively(directory);
                } catch (IOException e) {
                    System.err.println("the test database did not stop: " + e.getMessage());
                }
            }));
            return new TestDatabase(server.jdbcUrl(), server.user(), "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
