package io.bitfrontier.service.run;

import static io.bitfrontier.service.testing.ProtocolClient.aWorker;
import static io.bitfrontier.service.testing.RunBuilder.aRun;
import static io.bitfrontier.service.testing.RunBuilder.aSweep;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.bitfrontier.service.testing.ProtocolClient;
import io.bitfrontier.service.testing.RunBuilder.Seeded;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.worker.Workers;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;

@ServiceTest
class AfterSubmissionTest {
    @Autowired
    private MockMvc http;

    @Autowired
    private Workers workers;

    @Autowired
    private Dependants dependants;

    @Autowired
    private QueueSettlement queues;

    @Autowired
    private HikariDataSource pool;

    @Autowired
    private JdbcClient jdbc;

    @Test
    void theSubmitterNeedsNoSecondConnectionAndWhatItMissedIsSettled() throws Exception {
        UUID sweep = aSweep(jdbc);
        Seeded trunk = aRun().insert(jdbc);
        ProtocolClient worker = aWorker(http, workers);
        worker.complete(worker.claim());
        Seeded late = aRun().after(trunk).neededBy(sweep).insert(jdbc);
        Seeded elsewhere = aRun().evaluating(trunk).insert(jdbc);

        try (AfterSubmission after = new AfterSubmission(dependants, queues)) {
            List<Connection> all = allConnections();
            try {
                after.on(new SweepLinked(sweep));
            } finally {
                for (Connection connection : all) {
                    connection.close();
                }
            }
        }

        assertThat(stateOf(late)).isEqualTo("READY");
        assertThat(stateOf(elsewhere)).isEqualTo("PLANNED");
        assertThat(jdbc.sql("SELECT run_id FROM sweep_run WHERE ready AND sweep_id = ?")
                        .param(sweep)
                        .query(Long.class)
                        .list())
                .containsExactly(late.run());
    }

    private List<Connection> allConnections() throws SQLException {
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < pool.getMaximumPoolSize(); i++) {
            all.add(pool.getConnection());
        }
        return all;
    }

    private String stateOf(Seeded run) {
        return jdbc.sql("SELECT state FROM run WHERE id = ?")
                .param(run.run())
                .query(String.class)
                .single();
    }
}
