package io.bitfrontier.service.run.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.jayway.jsonpath.JsonPath;
import io.bitfrontier.api.model.RunState;
import io.bitfrontier.service.run.web.RunQueries.Filter;
import io.bitfrontier.service.testing.QueryPlans;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.testing.StoredRows;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.transaction.support.TransactionOperations;

@ServiceTest
class RunsApiTest {
    private final MockMvc http;
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final StoredRows rows;
    private UUID sweep = new UUID(0, 0);

    @Autowired
    RunsApiTest(MockMvc http, JdbcClient jdbc, TransactionOperations transactions) {
        this.http = http;
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.rows = new StoredRows(jdbc);
    }

    @BeforeEach
    void aSweep() {
        sweep = rows.sweep();
    }

    @Test
    void listsAreFilteredBySweepStateAndKind() throws Exception {
        long trained = rows.run(sweep, "train", "SUCCEEDED", rows.state("tiny-44k", "16", 1000));
        long failed = rows.run(sweep, "train", "FAILED", rows.state("tiny-44k", "2", 1000));
        long evaluated = rows.run(sweep, "evaluate", "SUCCEEDED", rows.state("tiny-17k", "1", 1000));
        long others = rows.run(rows.sweep(), "train", "SUCCEEDED", rows.state("tiny-17k", "1", 2000));

        assertThat(ids("/api/v1/runs")).containsExactly(trained, failed, evaluated, others);
        assertThat(ids("/api/v1/runs?sweep=" + sweep)).containsExactly(trained, failed, evaluated);
        assertThat(ids("/api/v1/runs?state=SUCCEEDED&kind=train")).containsExactly(trained, others);
        assertThat(ids("/api/v1/runs?kind=evaluate&sweep=" + sweep)).containsExactly(evaluated);
        assertThat(ids("/api/v1/runs?sweep=" + UUID.randomUUID())).isEmpty();
    }

    @Test
    void aListedRunShowsWhatItIsAndHowOftenItWasTried() throws Exception {
        long run = rows.run(sweep, "train", "FAILED", rows.state("tiny-44k", "2", 1000));
        rows.attempt(run, 1, 0, "FENCED");
        rows.attempt(run, 2, 0, "FAILED");

        http.perform(get("/api/v1/runs"))
                .andExpect(jsonPath("$.items[0].model").value("tiny-44k"))
                .andExpect(jsonPath("$.items[0].precision").value("2"))
                .andExpect(jsonPath("$.items[0].quantizer").value("seq"))
                .andExpect(jsonPath("$.items[0].attempts").value(2))
                .andExpect(jsonPath("$.items[0].failureClass").value("PLATFORM"))
                .andExpect(jsonPath("$.items[0].failureMessage").value("the disk is full"));
    }

    @Test
    void pagesFollowOneAnotherWithoutGapOrRepetition() throws Exception {
        List<Long> stored = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            stored.add(rows.run(sweep, "train", "READY", rows.state("tiny-44k", "16", 1000 + i)));
        }
        List<Long> seen = new ArrayList<>();
        String cursor = "";
        do {
            String body = body("/api/v1/runs?limit=3&sweep=" + sweep + cursor);
            List<Integer> page = JsonPath.read(body, "$.items[*].id");
            page.forEach(id -> seen.add(id.longValue()));
            List<String> next = JsonPath.read(body, "$..nextCursor");
            cursor = next.isEmpty() ? "" : "&cursor=" + next.get(0);
        } while (!cursor.isEmpty());

        assertThat(seen).isEqualTo(stored);
    }

    @Test
    void badParametersAreNamedWithTheirBounds() throws Exception {
        http.perform(get("/api/v1/runs?limit=0"))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.violations[0].path").value("limit"));
        http.perform(get("/api/v1/runs?state=DONE"))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.violations[0].path").value("state"))
                .andExpect(jsonPath("$.violations[0].value").value("DONE"));
        http.perform(get("/api/v1/runs?cursor=nonsense"))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.violations[0].path").value("cursor"));
    }

    @Test
    void aDetailHoldsTheTrajectoryTheAttemptsAndTheResults() throws Exception {
        long state = rows.state("tiny-44k", "2", 1000);
        long run = rows.run(sweep, "evaluate", "SUCCEEDED", state);
        rows.attempt(run, 1, 0, "FENCED");
        long second = rows.attempt(run, 2, 0, "SUCCEEDED");
        jdbc.sql("UPDATE attempt SET device = 'cpu: AMD EPYC, 1 thread' WHERE id = ?")
                .param(second)
                .update();
        long evaluation = rows.evaluation(run, state);
        rows.evaluationMetric(evaluation, "loss", 2.1, 0.01, 500, null);
        rows.evaluationMetric(evaluation, "perplexity", 8.17, null, 500, null);

        http.perform(get("/api/v1/runs/" + run))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.sweeps", contains(sweep.toString())))
                .andExpect(jsonPath("$.attempts").value(2))
                .andExpect(jsonPath("$.attemptList[*].state", contains("FENCED", "SUCCEEDED")))
                .andExpect(jsonPath("$.attemptList[0].device").doesNotExist())
                .andExpect(jsonPath("$.attemptList[1].device").value("cpu: AMD EPYC, 1 thread"))
                .andExpect(jsonPath("$.trajectory.quantizer.precision").value("TWO"))
                .andExpect(jsonPath("$.evaluationVersion").value(StoredRows.VERSION))
                .andExpect(jsonPath("$.metrics.loss.value").value(2.1))
                .andExpect(jsonPath("$.metrics.loss.standardError").value(0.01))
                .andExpect(jsonPath("$.metrics.perplexity.standardError").doesNotExist())
                .andExpect(jsonPath("$.layerDrift[0].parameter").value("layers.0.q"))
                .andExpect(jsonPath("$.checkpointUri").doesNotExist());
    }

    @Test
    void theCurveTakesTheNewestAttemptFromWhereItResumed() throws Exception {
        long run = rows.run(sweep, "train", "RUNNING", rows.state("tiny-44k", "16", 1000));
        rows.metrics(rows.attempt(run, 1, 0, "FENCED"), 100, 700, 100, 10_000);
        rows.metrics(rows.attempt(run, 2, 500, "FENCED"), 600, 900, 100, 20_000);
        rows.metrics(rows.attempt(run, 3, 300, "RUNNING"), 400, 600, 100, 30_000);

        http.perform(get("/api/v1/runs/" + run + "/metrics"))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.rows").value(6))
                .andExpect(jsonPath("$.points[*].tokens", contains(100, 200, 300, 400, 500, 600)))
                .andExpect(jsonPath(
                        "$.points[*].loss", contains(10_100.0, 10_200.0, 10_300.0, 30_400.0, 30_500.0, 30_600.0)));
    }

    @Test
    void aLongCurveIsThinnedOutAndSaysSo() throws Exception {
        long run = rows.run(sweep, "train", "RUNNING", rows.state("tiny-44k", "16", 5000));
        rows.metrics(rows.attempt(run, 1, 0, "RUNNING"), 1, 5000, 1, 0);

        http.perform(get("/api/v1/runs/" + run + "/metrics?points=100"))
                .andExpect(jsonPath("$.rows").value(5000))
                .andExpect(jsonPath("$.points.length()").value(100))
                .andExpect(jsonPath("$.points[0].tokens").value(1))
                .andExpect(jsonPath("$.points[99].tokens").value(5000));
    }

    @Test
    void theHistoryIsInOrderWithWhoAndWhy() throws Exception {
        long run = rows.run(sweep, "train", "READY", rows.state("tiny-44k", "16", 1000));
        rows.transition(run, null, "PLANNED", "PLAN", "planned by a sweep");
        rows.transition(run, "PLANNED", "READY", "START_STORED", "the state it starts from is stored");

        http.perform(get("/api/v1/runs/" + run + "/history"))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$[*].to", contains("PLANNED", "READY")))
                .andExpect(jsonPath("$[0].from").doesNotExist())
                .andExpect(jsonPath("$[1].from").value("PLANNED"))
                .andExpect(jsonPath("$[1].reason").value("the state it starts from is stored"));
    }

    @Test
    void theLogIsPlainTextUnderALinePerAttempt() throws Exception {
        long run = rows.run(sweep, "train", "RUNNING", rows.state("tiny-44k", "16", 1000));
        long first = rows.attempt(run, 1, 0, "FENCED");
        long second = rows.attempt(run, 2, 0, "RUNNING");
        rows.log(first, 2, "Schluß");
        rows.log(first, 1, "step 1\n");
        rows.log(second, 1, "step 2\n");

        String log = http.perform(get("/api/v1/runs/" + run + "/log"))
                .andExpect(status().isOk())
                .andExpect(content().contentType("text/plain;charset=UTF-8"))
                .andReturn()
                .getResponse()
                .getContentAsString();

        assertThat(log)
                .matches(
                        "(?s)--- attempt 1, started \\S+ ---\nstep 1\nSchluß\n--- attempt 2, started \\S+ ---\nstep 2\n");
    }

    @Test
    void whatAWorkerPrintedAtLastIsShownWithItsLastAttemptAlone() throws Exception {
        long first = rows.run(sweep, "train", "FAILED", rows.state("tiny-44k", "16", 1000));
        long last = rows.run(sweep, "train", "FAILED", rows.state("tiny-44k", "16", 2000));
        rows.attempt(first, 1, 0, "FAILED");
        rows.attempt(last, 1, 0, "FENCED");
        jdbc.sql("UPDATE attempt SET worker_id = (SELECT worker_id FROM attempt WHERE run_id = ?)")
                .param(last)
                .update();
        jdbc.sql("UPDATE worker SET output = 'a core was dumped', end_reason = 'it ended with exit code 139'")
                .update();

        http.perform(get("/api/v1/runs/" + last + "/log"))
                .andExpect(
                        content()
                                .string(
                                        "\n--- attempt 1, what its worker printed at last (it ended with exit code 139) ---\na core was dumped"));
        http.perform(get("/api/v1/runs/" + first + "/log")).andExpect(content().string(""));
    }

    @Test
    void ofALongLogTheNewestIsShownAndHowMuchIsLeftOut() throws Exception {
        long run = rows.run(sweep, "train", "FAILED", rows.state("tiny-44k", "16", 1000));
        String mebibyte = "x".repeat((1 << 20) - 8);
        long first = rows.attempt(run, 1, 0, "FAILED");
        for (int chunk = 1; chunk <= 3; chunk++) {
            rows.log(first, chunk, "first " + chunk + mebibyte);
        }
        rows.log(rows.attempt(run, 2, 0, "FAILED"), 1, "ünewest" + mebibyte);
        for (int number = 3; number <= 20; number++) {
            rows.attempt(run, number, 0, "FENCED");
        }
        jdbc.sql("UPDATE worker SET output = repeat('y', 65536), end_reason = 'it ended'")
                .update();

        String log = http.perform(get("/api/v1/runs/" + run + "/log"))
                .andExpect(status().isOk())
                .andReturn()
                .getResponse()
                .getContentAsString();

        assertThat(log.lines().findFirst())
                .hasValue("--- " + ((1 << 20) - 1 + 4 * 65_536) + " bytes of earlier output are left out ---");
        assertThat(log)
                .doesNotContain("first 1")
                .contains("--- attempt 1, started")
                .contains("first 2", "first 3", "ünewest");
        assertThat(log.lines().filter(line -> line.contains("what its worker printed at last")))
                .as("of 20")
                .hasSize(16)
                .last()
                .asString()
                .contains("attempt 20");
    }

    @Test
    void whatBelongsToNoRunIsNotFound() throws Exception {
        for (String path : List.of("", "/metrics", "/history", "/log")) {
            http.perform(get("/api/v1/runs/999" + path))
                    .andExpect(status().isNotFound())
                    .andExpect(jsonPath("$.code").value("NOT_FOUND"))
                    .andExpect(jsonPath("$.detail").value("There is no run 999"));
        }
    }

    @Test
    void hotQueriesGoThroughTheirIndexes() {
        long run = rows.run(sweep, "train", "RUNNING", rows.state("tiny-44k", "16", 1000));
        rows.metrics(rows.attempt(run, 1, 0, "RUNNING"), 1, 100, 1, 0);

        assertThat(plan(RunQueries.pageSql(new Filter(sweep, null, null, 0, 100))))
                .contains("sweep_run_pkey");
        assertThat(plan(RunQueries.pageSql(new Filter(null, RunState.FAILED, null, 0, 100))))
                .contains("run_by_state");
        assertThat(plan(CurveQueries.ROWS))
                .contains("attempt_run_id_number_key")
                .contains("metric_pkey");
    }

    private String plan(String sql) {
        String literal = sql.replace(":sweep", "'" + sweep + "'")
                .replace(":after", "0")
                .replace(":limit", "100")
                .replace(":state", "'FAILED'")
                .replace(":run", "1");
        String plan = QueryPlans.of(jdbc, transactions, literal);
        assertThat(plan).doesNotContain("Seq Scan on run").doesNotContain("Seq Scan on metric");
        return plan;
    }

    private List<Long> ids(String path) throws Exception {
        List<Integer> ids = JsonPath.read(body(path), "$.items[*].id");
        return ids.stream().map(Integer::longValue).toList();
    }

    private String body(String path) throws Exception {
        return http.perform(get(path))
                .andExpect(status().isOk())
                .andReturn()
                .getResponse()
                .getContentAsString();
    }
}
