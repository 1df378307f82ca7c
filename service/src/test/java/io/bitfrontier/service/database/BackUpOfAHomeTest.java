package io.bitfrontier.service.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the operating guide, run as they stand there. */
class BackUpOfAHomeTest {
    private static final Path CACHE = Path.of("target", "postgres-cache");
    private static final String DATA = "postgres-" + PostgresBinaries.MAJOR_VERSION;

    @TempDir
    private Path directory;

    @Test
    void aHomeRestoredFromItsBackUpHasTheDataAndTheCheckpoints() throws Exception {
        Path home = Files.createDirectory(directory.resolve("home"));
        Files.writeString(Files.createDirectory(home.resolve("artifacts")).resolve("checkpoint"), "weights");
        Files.writeString(Files.createDirectory(home.resolve("scratch")).resolve("buffer"), "rows");
        try (PostgresServer server = PostgresServer.start(CACHE, home.resolve(DATA), Map.of());
                Connection connection = connection(server);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)");
        }
        Path restored = directory.resolve("restored");

        backUpAndRestore(home, restored);

        assertThat(restored.resolve("artifacts/checkpoint")).hasContent("weights");
        assertThat(restored.resolve("scratch")).doesNotExist();
        try (PostgresServer server = PostgresServer.start(CACHE, restored.resolve(DATA), Map.of());
                Connection connection = connection(server);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT n FROM kept")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getInt(1)).isEqualTo(7);
        }
    }

    private static Connection connection(PostgresServer server) throws Exception {
        return DriverManager.getConnection(server.jdbcUrl(), server.user(), "");
    }

    private void backUpAndRestore(Path home, Path restored) throws Exception {
        String guide = Files.readString(Path.of("../docs/how-to/operate.md"));
        int begin = guide.indexOf("```sh\n", guide.indexOf("<!-- embedded -->")) + "```sh\n".length();
        String commands = guide.substring(begin, guide.indexOf("```", begin));
        ProcessBuilder shell = new ProcessBuilder("bash", "-euc", commands).directory(directory.toFile());
        shell.environment().put("BITFRONTIER_HOME", home.toString());
        shell.environment().put("RESTORED", restored.toString());
        Process process = shell.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }
}
