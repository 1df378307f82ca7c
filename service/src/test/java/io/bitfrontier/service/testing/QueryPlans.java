package io.bitfrontier.service.testing;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** How PostgreSQL would answer a query if reading a whole table cost it dearly, as it does when the table is large. */
public final class QueryPlans {
    private QueryPlans() {}

    /** The plan as text; the query has literals for its parameters. */
    public static String of(JdbcClient jdbc, TransactionOperations transactions, String sql) {
        return transactions.execute(status -> {
            jdbc.sql("SET LOCAL enable_seqscan = off").update();
            List<String> lines = jdbc.sql("EXPLAIN " + sql).query(String.class).list();
            return String.join("\n", lines);
        });
    }
}
