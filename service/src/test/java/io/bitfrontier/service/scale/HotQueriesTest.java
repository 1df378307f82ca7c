package io.bitfrontier.service.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.bitfrontier.service.access.ApiTokens;
import io.bitfrontier.service.run.AttemptToken;
import io.bitfrontier.service.run.Claims;
import io.bitfrontier.service.run.Demand;
import io.bitfrontier.service.run.Leases;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.worker.Token;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.transaction.support.TransactionOperations;

/**
 * What people, dashboards and workers ask again and again goes through an index: on a generated database, with the statements
 * that the service really sends. None of them reads a whole table that grows with the runs.
 */
@ServiceTest
class HotQueriesTest {
    private static final int POINTS = 10_000;
    private static final Pattern WHOLE_TABLE =
            Pattern.compile("Seq Scan on (run|sweep_run|state|trajectory|grid_point|attempt"
                    + "|metric|run_transition|evaluation|evaluation_metric|throughput|attempt_log|checkpoint)\\b");

    @TestConfiguration(proxyBeanMethods = false)
    static class Listening {
        @Bean
        static AskedStatements askedStatements() {
            return new AskedStatements();
        }
    }

    @Autowired
    private AskedStatements statements;

    @Autowired
    private MockMvc http;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionOperations transactions;

    @Autowired
    private Workers workers;

    @Autowired
    private Claims claims;

    @Autowired
    private Demand demand;

    @Autowired
    private Leases leases;

    @Autowired
    private ApiTokens tokens;

    private interface Question {
        void ask() throws Exception;
    }

    @BeforeEach
    void forgetWhatWasHeard() {
        statements.heard();
    }

    @Test
    void everyHotQueryGoesThroughAnIndex() throws Exception {
        ManyRuns runs = ManyRuns.insert(jdbc, POINTS);
        UUID small = runs.small();
        long run = runs.curve();

        assertThat(plans("/api/v1/runs?limit=100")).contains("run_pkey");
        assertThat(plans("/api/v1/runs?state=FAILED")).contains("run_by_state");
        assertThat(plans("/api/v1/runs?state=READY")).containsAnyOf("run_by_state", "run_pkey");
        assertThat(plans("/api/v1/runs?kind=evaluate")).contains("run_pkey");
        assertThat(plans("/api/v1/runs?state=FAILED&kind=evaluate")).contains("run_by_state");
        assertThat(plans("/api/v1/runs?sweep=" + runs.large)).contains("sweep_run_pkey");
        assertThat(plans("/api/v1/runs?sweep=" + small + "&state=FAILED&kind=train"))
                .contains("sweep_run_failed");
        assertThat(plans("/api/v1/runs?sweep=" + runs.large + "&state=FAILED")).contains("sweep_run_failed");
        assertThat(plans("/api/v1/runs/" + run)).contains("run_pkey").contains("attempt_run_id_number_key");
        assertThat(plans("/api/v1/runs/" + run + "/history")).contains("run_transition_by_run");
        assertThat(plans("/api/v1/runs/" + run + "/metrics")).contains("metric_pkey");
        assertThat(plans("/api/v1/runs/" + run + "/log")).contains("attempt_log_pkey");
        assertThat(plans("/api/v1/sweeps/" + small)).contains("sweep_run_pkey").contains("run_pkey");
        assertThat(plans("/api/v1/sweeps?name=sweep-3")).contains("sweep_run_pkey");
        assertThat(plans("/api/v1/sweeps/" + runs.large + "/points"))
                .contains("grid_point_by_sweep")
                .contains("run_generations")
                .contains("evaluation_metric_pkey");
        assertThat(plans("/api/v1/observations?sweep=" + small)).contains("grid_point_by_sweep");
    }

    @Test
    void whatACallerOfAProjectWithAlmostEverythingAsksGoesThroughAnIndex() throws Exception {
        ManyRuns runs = ManyRuns.insert(jdbc, POINTS);
        manySweepsLike(runs.large);

        assertThat(plans("/api/v1/sweeps")).contains("sweep_newest");
        assertThat(plansOfADefaultViewer("/api/v1/sweeps")).contains("sweep_newest");
        assertThat(plansOfADefaultViewer("/api/v1/sweeps?name=sweep-3")).contains("sweep_by_name");
        everyListOfADefaultViewer(runs.large);
    }

    @Test
    void whatACallerOfAProjectWithOneSmallSweepAsksGoesThroughAnIndex() throws Exception {
        ManyRuns runs = ManyRuns.insert(jdbc, POINTS);
        UUID small = runs.small();
        manySweepsLike(runs.large);
        jdbc.sql("INSERT INTO project (name) VALUES ('elsewhere')").update();
        jdbc.sql("UPDATE sweep SET project_id = p.id FROM project p WHERE p.name = 'elsewhere' AND sweep.id <> ?")
                .param(small)
                .update();
        jdbc.sql("VACUUM ANALYZE sweep").update();

        assertThat(plansOfADefaultViewer("/api/v1/sweeps")).contains("sweep_project_id_name_key");
        assertThat(plansOfADefaultViewer("/api/v1/sweeps?name=sweep-3"))
                .containsAnyOf("sweep_project_id_name_key", "sweep_by_name");
        everyListOfADefaultViewer(small);
    }

    private void everyListOfADefaultViewer(UUID sweep) throws Exception {
        plansOfADefaultViewer("/api/v1/runs?limit=100");
        plansOfADefaultViewer("/api/v1/runs?state=FAILED");
        plansOfADefaultViewer("/api/v1/runs?state=FAILED&kind=evaluate");
        assertThat(plansOfADefaultViewer("/api/v1/runs?sweep=" + sweep)).contains("sweep_run_pkey");
        assertThat(plansOfADefaultViewer("/api/v1/runs?sweep=" + sweep + "&state=FAILED"))
                .contains("sweep_run_failed");
        plansOfADefaultViewer("/api/v1/observations");
        assertThat(plansOfADefaultViewer("/api/v1/observations?sweep=" + sweep)).contains("grid_point_by_sweep");
    }

    /** Sweeps without runs, newer than the others, so many that reading all of them would be noticed. */
    private void manySweepsLike(UUID sweep) {
        jdbc.sql("""
                        INSERT INTO sweep (id, project_id, name, submitter, document, document_sha256, plan, created_at)
                        SELECT gen_random_uuid(), project_id, 'more-' || n, submitter, document, document_sha256, plan,
                               created_at + make_interval(mins => n)
                        FROM sweep, generate_series(1, 20000) n WHERE id = ?
                        """).param(sweep).update();
        jdbc.sql("VACUUM ANALYZE sweep").update();
    }

    @Test
    void claimsDemandAndReconcilingGoThroughIndexes() throws Exception {
        ManyRuns.insert(jdbc, POINTS);
        UUID worker = UUID.randomUUID();
        Token token = Token.generate();
        workers.register(new Workers.Registration(worker, "local", "here", "local", 0, token), 1000);

        assertThat(plans(() -> assertThat(claims.claim(
                                worker,
                                "local",
                                new ClaimRequest(null, null),
                                new AttemptToken(token.secret(), token.sha256())))
                        .isPresent()))
                .contains("sweep_run_queue");
        assertThat(plans(() -> assertThat(demand.readyByClass()).containsKey("local")))
                .containsAnyOf("sweep_run_queue", "sweep_run_waiting")
                .doesNotContain(" on run r");
        assertThat(plans(() -> assertThat(workers.living("local", "here")).hasSize(ManyRuns.RUNNING + 1)))
                .contains("worker_living")
                .containsAnyOf("attempt_by_worker", "attempt_lease");
        assertThat(plans(() -> assertThat(leases.missed(3, Duration.ofSeconds(2), Duration.ofSeconds(15)))
                        .isEmpty()))
                .contains("attempt_lease");
        assertThat(plans(() -> assertThat(leases.overdue()).isEmpty())).contains("attempt_deadline");
    }

    @Test
    void aPlanThatReadsAWholeTableIsNoticed() {
        assertThat(WHOLE_TABLE
                        .matcher("  ->  Seq Scan on run r  (cost=0.00..1.0)")
                        .find())
                .isTrue();
        assertThat(WHOLE_TABLE.matcher("  ->  Seq Scan on project p").find()).isFalse();
    }

    private String plans(String path) throws Exception {
        return plans(() -> http.perform(get(path)).andExpect(status().isOk()));
    }

    /** Of a caller who sees the project {@code default} alone, whose id is the one that {@link #explain} puts into arrays. */
    private String plansOfADefaultViewer(String path) throws Exception {
        String secret = tokens.create(new ApiTokens.Request("of a test", "ina", Map.of("default", "viewer"), null))
                .secret();
        String plans = plans(() -> http.perform(get(path).header("Authorization", "Bearer " + secret))
                .andExpect(status().isOk()));
        assertThat(plans).doesNotContain("Seq Scan on sweep ");
        return plans;
    }

    private String plans(Question question) throws Exception {
        statements.listen();
        question.ask();
        List<String> asked = statements.heard().stream()
                .filter(sql -> sql.stripLeading().matches("(?is)(select|with|update|insert|delete)\\b.*"))
                .toList();
        assertThat(asked).isNotEmpty();
        StringBuilder all = new StringBuilder();
        for (String sql : asked) {
            String plan = explain(sql);
            assertThat(WHOLE_TABLE.matcher(plan).results().map(match -> match.group()))
                    .as("%s%n%s", sql, plan)
                    .isEmpty();
            all.append(plan).append('\n');
        }
        return all.toString();
    }

    /** Arrays are the one kind of parameter that the driver does not write out; all of them are of ids or texts. */
    private String explain(String sql) {
        String whole = sql.replace("?", "'{1}'");
        String plan = transactions.execute(status -> {
            status.setRollbackOnly();
            // What is asked again and again lies in memory: there a page costs the same wherever it is.
            jdbc.sql("SET LOCAL random_page_cost = 1.1").update();
            return String.join(
                    "\n", jdbc.sql("EXPLAIN " + whole).query(String.class).list());
        });
        return plan == null ? "" : plan;
    }
}
