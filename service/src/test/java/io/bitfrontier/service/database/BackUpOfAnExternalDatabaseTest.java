package io.bitfrontier.service.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bitfrontier.service.testing.StoredRows;
import io.bitfrontier.service.testing.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * The commands of the operating guide, run as they stand there. They need PostgreSQL's client programs; the embedded distribution has
 * none, and older ones refuse a newer server.
 */
class BackUpOfAnExternalDatabaseTest {
    private static final String SOURCE = "backup_source";
    private static final String TARGET = "backup_target";

    private final TestDatabase shared = TestDatabase.get();
    private final JdbcClient server =
            JdbcClient.create(new DriverManagerDataSource(shared.url(), shared.user(), shared.password()));

    @TempDir
    private Path directory;

    @BeforeEach
    void twoDatabases() throws Exception {
        for (String program : List.of("pg_dump", "pg_restore")) {
            int major = majorVersion(program);
            assumeTrue(
                    major >= PostgresBinaries.MAJOR_VERSION,
                    () -> program + " of PostgreSQL " + PostgresBinaries.MAJOR_VERSION
                            + " or newer is not on the PATH, but " + (major == 0 ? "none" : "that of " + major));
        }
        for (String name : List.of(SOURCE, TARGET)) {
            server.sql("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)").update();
            server.sql("CREATE DATABASE " + name).update();
        }
    }

    @AfterEach
    void drop() {
        for (String name : List.of(SOURCE, TARGET)) {
            server.sql("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)").update();
        }
    }

    @Test
    void aDatabaseRestoredFromItsDumpHasTheDataAndTheSchemaOfThisRelease() throws Exception {
        migrations(SOURCE).migrate();
        JdbcClient source = JdbcClient.create(source(SOURCE));
        StoredRows rows = new StoredRows(source);
        UUID sweep = rows.sweep();
        rows.run(sweep, "train", "READY", rows.state("tiny-17k", "16", 1000));

        backUpAndRestore();

        JdbcClient target = JdbcClient.create(source(TARGET));
        String ready = "SELECT sweep_id FROM sweep_run WHERE ready";
        assertThat(target.sql(ready).query(UUID.class).list()).containsExactly(sweep);
        migrations(TARGET).validate();
        assertThat(migrations(TARGET).migrate().migrationsExecuted).isZero();
    }

    private DriverManagerDataSource source(String database) {
        return new DriverManagerDataSource(
                shared.url().replaceFirst("/[^/?]+(\\?|$)", "/" + database + "$1"), shared.user(), shared.password());
    }

    private Flyway migrations(String database) {
        return Flyway.configure().dataSource(source(database)).load();
    }

    private void backUpAndRestore() throws Exception {
        String guide = Files.readString(Path.of("../docs/how-to/operate.md"));
        int begin = guide.indexOf("```sh\n", guide.indexOf("<!-- external -->")) + "```sh\n".length();
        String commands = guide.substring(begin, guide.indexOf("```", begin));
        String output =
                output(Map.of("SOURCE", address(SOURCE), "TARGET", address(TARGET)), List.of("bash", "-euc", commands));
        assertThat(directory.resolve("bitfrontier.dump")).as(output).isNotEmptyFile();
    }

    /** As the guide says that they look. */
    private String address(String database) {
        Matcher at = Pattern.compile("jdbc:postgresql://([^/]+)/").matcher(shared.url());
        assertThat(at.find()).as(shared.url()).isTrue();
        String password = shared.password().isEmpty() ? "" : ":" + shared.password();
        return "postgresql://" + shared.user() + password + "@" + at.group(1) + "/" + database;
    }

    /** Of the program on the PATH; 0 where there is none. */
    private int majorVersion(String program) throws Exception {
        try {
            Matcher version =
                    Pattern.compile("\\(PostgreSQL\\) (\\d+)").matcher(output(Map.of(), List.of(program, "--version")));
            return version.find() ? Integer.parseInt(version.group(1)) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    private String output(Map<String, String> environment, List<String> command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().putAll(environment);
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
