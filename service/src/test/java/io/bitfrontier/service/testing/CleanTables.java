package io.bitfrontier.service.testing;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.support.AbstractTestExecutionListener;

/** Empties every table before each test method. */
final class CleanTables extends AbstractTestExecutionListener {
    @Override
    public void beforeTestMethod(TestContext context) {
        clean();
    }

    /** Also before a context starts, whose background work would otherwise find what the last test left. */
    static void clean() {
        TestDatabase database = TestDatabase.get();
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), database.password());
                Statement statement = connection.createStatement()) {
            List<String> tables = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery("""
                    SELECT tablename FROM pg_tables
                    WHERE schemaname = 'public' AND tablename NOT IN ('project', 'flyway_schema_history', 'shedlock')
                    """)) {
                while (rows.next()) {
                    tables.add(rows.getString(1));
                }
            }
            if (!tables.isEmpty()) {
                Truncation.of(connection, tables, Truncation.Numbers.RESTART);
                statement.execute("DELETE FROM project WHERE name <> 'default'");
            }
        } catch (SQLException e) {
            throw new IllegalStateException("cannot empty the tables", e);
        }
    }
}
