package io.bitfrontier.service.analysis.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.jayway.jsonpath.JsonPath;
import io.bitfrontier.service.testing.QueryPlans;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.testing.StoredRows;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.transaction.support.TransactionOperations;

@ServiceTest
class AnalysisApiTest {
    private static final int ITEMS = 2000;

    private final MockMvc http;
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final StoredRows rows;
    private UUID sweep = new UUID(0, 0);

    @Autowired
    AnalysisApiTest(MockMvc http, JdbcClient jdbc, TransactionOperations transactions) {
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
    void aFrontierHasItsMembersBySizeWithProbabilityAndRun() throws Exception {
        long small = observed("tiny-17k", "1", 2000, 1, 3300, 1200, 2.4);
        observed("tiny-44k", "1", 2000, 1, 7000, 1100, 2.3);
        long large = observed("tiny-168k", "16", 2000, 1, 324_000, 1800, 1.99);

        frontier("")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.x").value("effectiveSizeBytes"))
                .andExpect(jsonPath("$.y").value("accuracy"))
                .andExpect(jsonPath("$.tokens").value(2000))
                .andExpect(jsonPath("$.budgets", contains(2000)))
                .andExpect(jsonPath("$.evaluationVersion").value(StoredRows.VERSION))
                .andExpect(jsonPath("$.sizeDefinition").value("paretoq-effective/1"))
                .andExpect(jsonPath("$.resamples").value(2000))
                .andExpect(jsonPath("$.complete").value(true))
                .andExpect(jsonPath("$.floor").doesNotExist())
                .andExpect(jsonPath("$.members[*].label", contains("tiny-17k 1-bit fp-then-qat", "tiny-168k 16-bit")))
                .andExpect(jsonPath("$.members[*].x", contains(3300.0, 324_000.0)))
                .andExpect(jsonPath("$.members[*].y", contains(0.6, 0.9)))
                .andExpect(jsonPath("$.members[*].probability", contains(1.0, 1.0)))
                .andExpect(jsonPath("$.members[*].run", contains((int) small, (int) large)))
                .andExpect(jsonPath("$.members[0].scheme").value("fp-then-qat(0.1, annealed)"))
                .andExpect(jsonPath("$.members[0].quantizer").value("seq"))
                .andExpect(jsonPath("$.members[1].quantizer").doesNotExist())
                .andExpect(jsonPath("$.members[0].seeds").value(1))
                .andExpect(jsonPath("$.candidates.length()").value(3))
                .andExpect(jsonPath("$.candidates[1].onFrontier").value(false))
                .andExpect(jsonPath("$.candidates[1].probability").value(0.0));
    }

    @Test
    void theDefaultBudgetIsTheLargestObservedAndOthersAreFoundAsRoundedAndAsRequested() throws Exception {
        observed("tiny-17k", "1", 1024, 1, 3300, 1000, 2.5);
        observed("tiny-17k", "1", 2048, 1, 3300, 1200, 2.4);
        rows.gridPoint(sweep, "tiny-17k", "1", 4096, 1, 3300, rows.state("tiny-17k", "1", 4096));

        frontier("")
                .andExpect(jsonPath("$.tokens").value(2048))
                .andExpect(jsonPath("$.budgets", contains(1024, 2048)))
                .andExpect(jsonPath("$.complete").value(false));
        frontier("&tokens=1024").andExpect(jsonPath("$.members[0].y").value(0.5));
        frontier("&tokens=1000").andExpect(jsonPath("$.tokens").value(1024));
        frontier("&tokens=4000").andExpect(jsonPath("$.members.length()").value(0));
        frontier("&tokens=3000")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.violations[0].path").value("tokens"))
                .andExpect(jsonPath("$.violations[0].value").value("3000"))
                .andExpect(jsonPath("$.violations[0].message")
                        .value("must be one of the sweep's budgets [1024, 2048, 4096]"));
    }

    @Test
    void aSweepWithoutAnyObservationHasAnEmptyFrontier() throws Exception {
        rows.gridPoint(sweep, "tiny-17k", "1", 4096, 1, 3300, rows.state("tiny-17k", "1", 4096));

        frontier("")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.tokens").value(4096))
                .andExpect(jsonPath("$.budgets.length()").value(0))
                .andExpect(jsonPath("$.members.length()").value(0))
                .andExpect(jsonPath("$.complete").value(false));
    }

    @Test
    void anAccuracyThatWasNotMeasuredIsAbsentAndSaidToBe() throws Exception {
        observed("tiny-17k", "1", 2000, 1, 3300, 1200, 2.4);
        long state = rows.state("tiny-44k", "2", 2000);
        long run = rows.run(sweep, "evaluate", "SUCCEEDED", state);
        rows.gridPoint(sweep, "tiny-44k", "2", 2000, 1, 7000, state);
        rows.evaluationMetric(rows.evaluation(run, state), "loss", 2.2, 0.01, 500, null);

        frontier("")
                .andExpect(jsonPath("$.candidates.length()").value(1))
                .andExpect(jsonPath("$.excluded[0].reason").value("without an accuracy"))
                .andExpect(jsonPath("$.excluded[0].observations").value(1));
        http.perform(get("/api/v1/observations?sweep=" + sweep))
                .andExpect(jsonPath("$.items[1].loss").value(2.2))
                .andExpect(jsonPath("$.items[1].accuracy").doesNotExist());
    }

    @Test
    void lossesAndPackedSizesAreAxesToo() throws Exception {
        observed("tiny-17k", "1", 2000, 1, 3300, 1200, 2.4);
        observed("tiny-44k", "1", 2000, 1, 7000, 1100, 2.3);

        frontier("&y=loss&x=packedSizeBytes")
                .andExpect(jsonPath("$.y").value("loss"))
                .andExpect(jsonPath("$.x").value("packedSizeBytes"))
                .andExpect(jsonPath("$.sizeDefinition").value("bitfrontier-packed/1"))
                .andExpect(jsonPath("$.floor").value(1.8687))
                .andExpect(jsonPath("$.members[*].y", contains(2.4, 2.3)))
                .andExpect(jsonPath("$.members[*].x", contains(9900.0, 21_000.0)));
        frontier("&y=speed")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.violations[0].path").value("y"));
    }

    @Test
    void aNewObservationIsSeenAtOnceAndTheSameSetGivesTheSameNumbers() throws Exception {
        observed("tiny-17k", "1", 2000, 1, 3300, 1200, 2.4);
        observed("tiny-44k", "1", 2000, 1, 7000, 1201, 2.3);
        String before = body(frontier(""));
        assertThat(body(frontier(""))).isEqualTo(before);

        observed("tiny-168k", "1", 2000, 1, 24_000, 1700, 2.0);

        List<Object> members = JsonPath.read(body(frontier("")), "$.members");
        assertThat(members).hasSize(3);
    }

    @Test
    void seedsAreOneMember() throws Exception {
        observed("tiny-17k", "1", 2000, 1, 3300, 1200, 2.4);
        observed("tiny-17k", "1", 2000, 2, 3300, 1300, 2.3);

        frontier("")
                .andExpect(jsonPath("$.members.length()").value(1))
                .andExpect(jsonPath("$.members[0].seeds").value(2))
                .andExpect(jsonPath("$.members[0].y").value(0.625));
    }

    @Test
    void anUnknownSweepIsNotFoundAndAMissingOneIsNamed() throws Exception {
        UUID unknown = UUID.randomUUID();
        http.perform(get("/api/v1/frontiers?sweep=" + unknown)).andExpect(status().isNotFound());
        http.perform(get("/api/v1/frontiers"))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.violations[0].path").value("sweep"));
    }

    @Test
    void observationsArePagedOverAllSweeps() throws Exception {
        observed("tiny-17k", "1", 2000, 1, 3300, 1200, 2.4);
        sweep = rows.sweep();
        observed("tiny-44k", "16", 2000, 1, 7000, 1201, 2.3);
        observed("tiny-168k", "1", 2000, 1, 24_000, 1700, 2.0);
        List<String> models = new ArrayList<>();
        String cursor = "";
        do {
            String page = body(http.perform(get("/api/v1/observations?limit=2" + cursor)));
            models.addAll(JsonPath.<List<String>>read(page, "$.items[*].model"));
            List<String> next = JsonPath.read(page, "$..nextCursor");
            cursor = next.isEmpty() ? "" : "&cursor=" + next.get(0);
        } while (!cursor.isEmpty());

        assertThat(models).containsExactly("tiny-17k", "tiny-44k", "tiny-168k");
        http.perform(get("/api/v1/observations?sweep=" + sweep))
                .andExpect(jsonPath("$.items.length()").value(2))
                .andExpect(jsonPath("$.items[0].sweep").value(sweep.toString()))
                .andExpect(jsonPath("$.items[0].accuracy").value(0.6005))
                .andExpect(jsonPath("$.items[0].parameters").value(44_000));
    }

    @Test
    void observationsOfASweepGoThroughItsIndex() {
        String plan = QueryPlans.of(
                jdbc,
                transactions,
                ObservationQueries.PAGE_OF_SWEEP
                        .replace(":sweep", "'" + sweep + "'")
                        .replace(":after", "0")
                        .replace(":limit", "100"));
        assertThat(plan).contains("grid_point_by_sweep").doesNotContain("Seq Scan on grid_point");
    }

    private ResultActions frontier(String parameters) throws Exception {
        return http.perform(get("/api/v1/frontiers?sweep=" + sweep + parameters));
    }

    private static String body(ResultActions actions) throws Exception {
        return actions.andExpect(status().isOk()).andReturn().getResponse().getContentAsString();
    }

    /** A point that got the first so many items right; answers its evaluate run. */
    private long observed(
            String model, String precision, long tokens, long seed, long size, int right, @Nullable Double loss) {
        long state = rows.state(model, precision, tokens);
        long run = rows.run(sweep, "evaluate", "SUCCEEDED", state);
        rows.gridPoint(sweep, model, precision, tokens, seed, size, state);
        long evaluation = rows.evaluation(run, state);
        BitSet bits = new BitSet(ITEMS);
        bits.set(0, right);
        byte[] outcomes = new byte[ITEMS / 8];
        System.arraycopy(bits.toByteArray(), 0, outcomes, 0, bits.toByteArray().length);
        double share = (double) right / ITEMS;
        rows.evaluationMetric(evaluation, "choices.accuracy", share, 0.01, ITEMS, outcomes);
        if (loss != null) {
            rows.evaluationMetric(evaluation, "loss", loss, 0.0, 500, null);
            rows.evaluationMetric(evaluation, "loss.floor", 1.8687, null, 500, null);
        }
        return run;
    }
}
