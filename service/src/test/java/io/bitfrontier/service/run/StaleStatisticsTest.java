package io.bitfrontier.service.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.scale.ManyRuns;
import io.bitfrontier.service.testing.ServiceTest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Right after a large submission PostgreSQL knows its runs as little as if none was PLANNED or READY. */
@ServiceTest
class StaleStatisticsTest {
    @Autowired
    private JdbcClient jdbc;

    @BeforeEach
    void statisticsThatKnowOfNoWaitingRun() {
        ManyRuns.insert(jdbc, 2_000);
        jdbc.sql("UPDATE run SET state = 'SUCCEEDED', finished_at = now() WHERE state IN ('PLANNED', 'READY')")
                .update();
        jdbc.sql("ANALYZE run").update();
    }

    @Test
    void whatWaitsForAStateIsFoundByThatState() {
        assertThat(plan(Dependants.WAITING)).contains("run_by_start").doesNotContain("run_by_state");
    }

    @Test
    void whatGoesOnFromAHeldStateIsFoundByThatState() {
        assertThat(plan(ClaimQueue.CONTINUING))
                .contains("run_by_start", "sweep_run_by_run")
                .doesNotContain("run_by_state");
    }

    @Test
    void aQuestionByRunStateWouldBeMisled() {
        assertThat(plan("SELECT id FROM run WHERE start_state_id = :state AND state = 'PLANNED' ORDER BY id"))
                .contains("run_by_state");
    }

    private String plan(String sql) {
        String asked = sql.replace(":state", "1")
                .replace(":held", "1")
                .replace(":class", "'local'")
                .replace(":sweeps", "ARRAY(SELECT id FROM sweep)");
        List<String> lines = jdbc.sql("EXPLAIN " + asked).query(String.class).list();
        return String.join("\n", lines);
    }
}
