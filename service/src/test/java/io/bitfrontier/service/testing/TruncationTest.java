package io.bitfrontier.service.testing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TruncationTest {
    private final TestDatabase database = TestDatabase.get();

    @BeforeEach
    void twoTables() throws SQLException {
        execute("CREATE TABLE first_emptied (id int); CREATE TABLE then_emptied (id int)");
        execute("INSERT INTO first_emptied VALUES (1); INSERT INTO then_emptied VALUES (1)");
    }

    @AfterEach
    void noTable() throws SQLException {
        execute("DROP TABLE first_emptied, then_emptied");
    }

    @Test
    void aReaderOfTheTablesInAnotherOrderGoesOnAndTheTablesAreEmptiedAfterIt() throws Exception {
        CompletableFuture<Void> emptied;
        try (Connection reader = connect()) {
            reader.setAutoCommit(false);
            assertThat(rows(reader, "then_emptied")).isEqualTo(1);
            emptied = CompletableFuture.runAsync(TruncationTest::empty);
            awaitOneThatWaits();

            assertThat(rows(reader, "first_emptied")).isEqualTo(1);
            assertThat(emptied).isNotDone();
        }

        emptied.get(30, SECONDS);
        try (Connection reader = connect()) {
            assertThat(rows(reader, "first_emptied") + rows(reader, "then_emptied"))
                    .isZero();
        }
    }

    private static void empty() {
        try (Connection connection = new TruncationTest().connect()) {
            Truncation.of(connection, List.of("first_emptied", "then_emptied"), Truncation.Numbers.CONTINUE);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitOneThatWaits() throws Exception {
        try (Connection connection = connect()) {
            while (rows(connection, "pg_locks WHERE NOT granted AND relation = 'then_emptied'::regclass") == 0) {
                Thread.sleep(5);
            }
        }
    }

    private static int rows(Connection connection, String from) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery("SELECT count(*) FROM " + from)) {
            count.next();
            return count.getInt(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(database.url(), database.user(), database.password());
    }
}
