package io.bitfrontier.service.testing;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.support.AbstractTestExecutionListener;

/** Empties every table before each test method. */
final class CleanTables extends AbstractTestExecutionListener {
    @Override
    public void beforeTestMethod(TestContext context) {
        JdbcClient jdbc = context.getApplicationContext().getBean(JdbcClient.class);
        List<String> tables = jdbc.sql("""
                        SELECT tablename FROM pg_tables
                        WHERE schemaname = 'public' AND tablename NOT IN ('project', 'flyway_schema_history')
                        """).query(String.class).list();
        jdbc.sql("TRUNCATE " + String.join(", ", tables) + " RESTART IDENTITY CASCADE")
                .update();
    }
}
