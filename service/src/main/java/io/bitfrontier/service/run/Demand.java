package io.bitfrontier.service.run;

import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** How much work waits for workers. */
@Repository
public class Demand {
    private final JdbcClient jdbc;

    Demand(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** READY runs that may be claimed now, per resource class; a class without any is absent. */
    public Map<String, Integer> readyByClass() {
        record Count(String resourceClass, int runs) {}
        return jdbc
                .sql("""
                        SELECT resource_class, count(*) AS runs FROM run
                        WHERE state = 'READY' AND not_before <= clock_timestamp() GROUP BY resource_class
                        """)
                .query((row, n) -> new Count(row.getString("resource_class"), row.getInt("runs")))
                .list()
                .stream()
                .collect(Collectors.toMap(Count::resourceClass, Count::runs));
    }
}
