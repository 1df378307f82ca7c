package io.bitfrontier.service.sweep.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.bitfrontier.service.testing.StoredRows;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

class SweepsTest extends SweepApiFixture {
    @Autowired
    private JsonMapper json;

    private UUID submitted(String document) throws Exception {
        String body = send("/api/v1/sweeps", document)
                .andExpect(status().isCreated())
                .andReturn()
                .getResponse()
                .getContentAsString();
        return UUID.fromString(json.readTree(body).get("id").asString());
    }

    @Test
    void aPlanSaysWhatWouldBeTrainedAndStoresNothing() throws Exception {
        // 100 and 200 steps: FP trunk 90, 180, decays 10 + 20; parents of 90 and 180 steps: decays 9 + 18 off trunks of
        // 81, 162; QAT 10 + 20.
        send("/api/v1/plans", sweep("s", GRID + "exclude: [{scheme: ptq, tokens: 204800}, {precision: 4}]\n"))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.points").value(5))
                .andExpect(jsonPath("$.tokensAlone").value((3 * 100 + 2 * 200) * 1024))
                .andExpect(jsonPath("$.tokensParentReused").value((100 + 200 + 90 + 180 + 10 + 20) * 1024))
                .andExpect(jsonPath("$.tokensPlanned").value((180 + 10 + 20 + 9 + 18 + 10 + 20) * 1024))
                .andExpect(jsonPath("$.trainRuns").value(4 + 2 + 2 + 2 + 1))
                .andExpect(jsonPath("$.evaluateRuns").value(5))
                .andExpect(jsonPath("$.runs").value(16))
                .andExpect(jsonPath("$.tokensAlreadyTrained").value(0))
                .andExpect(jsonPath("$.droppedCount").value(1))
                .andExpect(jsonPath("$.dropped[0].reason").value("excluded by exclude[0]"))
                .andExpect(jsonPath("$.dropped[0].scheme").value("ptq"))
                .andExpect(jsonPath("$.unusedExclusions[0]").value("exclude[1]"))
                .andExpect(jsonPath("$.rounded[0].requested").value(102_400))
                .andExpect(jsonPath("$.rounded[0].tokens").value(102_400));
        assertThat(count("sweep")).isZero();
        assertThat(count("run")).isZero();
    }

    @Test
    void aPlanTakesTheTimeThatWasMeasuredAndSaysWhichOrWhyThereIsNone() throws Exception {
        send("/api/v1/plans", sweep("s", GRID))
                .andExpect(jsonPath("$.gpuHours").doesNotExist())
                .andExpect(jsonPath("$.throughputSource")
                        .value("unknown: no run of resource class local has been measured"))
                .andExpect(jsonPath("$.resourceClass").value("local"))
                .andExpect(jsonPath("$.storageBytes").value(2_474_112))
                .andExpect(jsonPath("$.storageKeptBytes").value(2_474_112))
                .andExpect(jsonPath("$.newRuns").value(18));

        StoredRows rows = new StoredRows(jdbc);
        long run = rows.run(rows.sweep(), "train", "SUCCEEDED", rows.state("tiny-17k", "16", 1000));
        jdbc.sql("""
                        INSERT INTO throughput (attempt_id, resource_class, device, devices, kind, model, precision,
                                                flops_per_token, tokens, seconds)
                        VALUES (?, 'local', 'cpu: some', 1, 'train', 'tiny-17k', '16', 1e5, 1000, 2)
                        """).param(rows.attempt(run, 1, 0, "SUCCEEDED")).update();

        send("/api/v1/plans", sweep("s", GRID))
                .andExpect(jsonPath("$.gpuHours").isNumber())
                .andExpect(jsonPath("$.gpuHoursToTrain").isNumber())
                .andExpect(jsonPath("$.throughputSource")
                        .value("1 runs measured on cpu: some; 3 of 4 kinds of work estimated from the FLOP rate of the"
                                + " nearest measured model (tiny-17k)"))
                .andExpect(jsonPath("$.throughput.length()").value(4))
                .andExpect(jsonPath("$.throughput[?(@.measured == true)].kind").value("train"))
                .andExpect(jsonPath("$.throughput[?(@.measured == true)].precision")
                        .value("16"));
    }

    @Test
    void aPlanBesideItsOwnSweepHasNothingToAdd() throws Exception {
        submitted(sweep("s", GRID));
        jdbc.sql("UPDATE state SET checkpoint_uri = 'file:///x', checkpoint_sha256 = repeat('a', 64), stored_at = now()"
                        + " WHERE id IN (SELECT target_state_id FROM run WHERE state = 'READY')")
                .update();

        send("/api/v1/plans", sweep("again", GRID))
                .andExpect(jsonPath("$.newRuns").value(0))
                .andExpect(jsonPath("$.tokensToTrain").value(0))
                .andExpect(jsonPath("$.tokensAlreadyTrained").value(81 * 1024))
                .andExpect(jsonPath("$.tokensUnderway").value((180 - 81 + 10 + 20 + 9 + 18 + 10 + 20) * 1024));
    }

    @Test
    void theRunsOfASweepAreOfItsClass() throws Exception {
        send("/api/v1/sweeps", sweep("s", GRID + "resources: {class: gpu-large}\n"))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.violations[0].path").value("resources.class"))
                .andExpect(
                        jsonPath("$.violations[0].message").value("is not a resource class here; known here: local"));
        submitted(sweep("s", GRID + "resources: {class: local}\n"));

        assertThat(count("run WHERE resource_class = 'local'")).isEqualTo(18);
    }

    @Test
    void aSubmittedSweepIsStoredWithItsPointsRunsAndHistory() throws Exception {
        UUID id = submitted(sweep("s", GRID));

        http.perform(get("/api/v1/sweeps/" + id))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.name").value("s"))
                .andExpect(jsonPath("$.project").value("default"))
                .andExpect(jsonPath("$.state").value("RUNNING"))
                .andExpect(jsonPath("$.plan.points").value(6))
                .andExpect(jsonPath("$.progress.runs.READY").value(1))
                .andExpect(jsonPath("$.progress.runs.PLANNED").value(17))
                .andExpect(jsonPath("$.progress.tokensPlanned").value((180 + 10 + 20 + 9 + 18 + 10 + 20) * 1024))
                .andExpect(jsonPath("$.progress.tokensDone").value(0))
                .andExpect(jsonPath("$.document.grid.tokens[1]").value(204_800));
        http.perform(get("/api/v1/sweeps/" + id + "/points?limit=4"))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items.length()").value(4))
                .andExpect(jsonPath("$.items[0].model").value("tiny-17k"))
                .andExpect(jsonPath("$.items[0].parameters").value(17_016))
                .andExpect(jsonPath("$.items[0].scheme").value("ptq"))
                .andExpect(jsonPath("$.items[0].quantizer").value("seq"))
                .andExpect(jsonPath("$.items[0].state").value("PLANNED"))
                .andExpect(jsonPath("$.nextCursor").isNotEmpty());
        assertThat(jdbc.sql(
                                "SELECT count(*) FROM run r WHERE NOT EXISTS (SELECT 1 FROM run_transition t WHERE t.run_id = r.id)")
                        .query(Long.class)
                        .single())
                .isZero();
        assertThat(jdbc.sql(
                                "SELECT count(*) FROM trajectory WHERE spec -> 'start' <> 'null' AND start_state_id IS NULL")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void pointsArePagedToTheLast() throws Exception {
        UUID id = submitted(sweep("s", GRID));
        String cursor = "";
        int points = 0;
        do {
            String body = http.perform(get("/api/v1/sweeps/" + id + "/points?limit=4" + cursor))
                    .andReturn()
                    .getResponse()
                    .getContentAsString();
            var page = json.readTree(body);
            points += page.get("items").size();
            cursor =
                    page.has("nextCursor") ? "&cursor=" + page.get("nextCursor").asString() : "";
        } while (!cursor.isEmpty());

        assertThat(points).isEqualTo(6);
    }

    @Test
    void theSameNameWithTheSameDocumentIsTheSameSweep() throws Exception {
        UUID id = submitted(sweep("s", GRID));
        long runs = count("run");

        send("/api/v1/sweeps", sweep("s", "# another layout\n" + GRID))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.id").value(id.toString()));

        assertThat(count("sweep")).isEqualTo(1);
        assertThat(count("run")).isEqualTo(runs);
    }

    @Test
    void theSameNameWithAnotherDocumentIsAConflict() throws Exception {
        submitted(sweep("s", GRID));

        send("/api/v1/sweeps", sweep("s", GRID + "evaluate: perplexity\n"))
                .andExpect(status().isConflict())
                .andExpect(content().contentType(MediaType.APPLICATION_PROBLEM_JSON))
                .andExpect(jsonPath("$.code").value("CONFLICT"))
                .andExpect(
                        jsonPath("$.detail")
                                .value(
                                        "The sweep s exists with another document; give this one another name, or extend it if this one only adds"));
    }

    @Test
    void anotherSweepWithMorePointsAddsOnlyWhatIsMissing() throws Exception {
        submitted(sweep("small", GRID));
        long states = count("state");

        UUID large = submitted(sweep("large", GRID.replace("precision: [2, 16]", "precision: [2, 4, 16]")));

        // Per budget: the quantized model and the QAT one; trunk, decays and parents are there.
        assertThat(count("state")).isEqualTo(states + 2 * 2);
        assertThat(jdbc.sql("SELECT count(*) FROM sweep_run WHERE sweep_id = ?")
                        .param(large)
                        .query(Long.class)
                        .single())
                .isEqualTo(count("run"));
    }

    @Test
    void cancellingStopsOnlyWhatNoOtherSweepNeedsAndIsDurable() throws Exception {
        UUID small = submitted(sweep("small", GRID));
        UUID large = submitted(sweep("large", GRID.replace("precision: [2, 16]", "precision: [2, 4, 16]")));

        for (int i = 0; i < 2; i++) {
            http.perform(put("/api/v1/sweeps/" + large + "/cancellation"))
                    .andExpect(status().isOk())
                    .andExpect(jsonPath("$.state").value("CANCELLED"))
                    .andExpect(jsonPath("$.cancelledAt").isNotEmpty())
                    .andExpect(jsonPath("$.progress.runs.CANCELLED").value(2 * 2 + 2 * 2));
        }

        http.perform(get("/api/v1/sweeps/" + small))
                .andExpect(jsonPath("$.state").value("RUNNING"))
                .andExpect(jsonPath("$.progress.runs.CANCELLED").value(0));
    }

    @Test
    void sweepsAreListedNewestFirstAndFoundByName() throws Exception {
        UUID first = submitted(sweep("first", GRID));
        UUID second = submitted(sweep("second", GRID));

        String page = http.perform(get("/api/v1/sweeps?limit=1"))
                .andExpect(jsonPath("$.items[0].id").value(second.toString()))
                .andReturn()
                .getResponse()
                .getContentAsString();
        String cursor = json.readTree(page).get("nextCursor").asString();
        http.perform(get("/api/v1/sweeps?limit=1&cursor=" + cursor))
                .andExpect(jsonPath("$.items.length()").value(1))
                .andExpect(jsonPath("$.items[0].id").value(first.toString()))
                .andExpect(jsonPath("$.nextCursor").doesNotExist());
        http.perform(get("/api/v1/sweeps?name=first"))
                .andExpect(jsonPath("$.items.length()").value(1))
                .andExpect(jsonPath("$.items[0].id").value(first.toString()));
        http.perform(get("/api/v1/sweeps?name=none"))
                .andExpect(jsonPath("$.items.length()").value(0));
    }

    @Test
    void whatDoesNotExistIsNotFound() throws Exception {
        UUID nobody = UUID.randomUUID();
        for (String path : List.of("", "/points")) {
            http.perform(get("/api/v1/sweeps/" + nobody + path))
                    .andExpect(status().isNotFound())
                    .andExpect(jsonPath("$.code").value("NOT_FOUND"))
                    .andExpect(jsonPath("$.detail").value("There is no sweep " + nobody));
        }
        http.perform(put("/api/v1/sweeps/" + nobody + "/cancellation")).andExpect(status().isNotFound());
    }

    @Test
    void jsonIsReadAsWell() throws Exception {
        http.perform(post("/api/v1/plans")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("""
                        {"apiVersion": "bitfrontier/v1", "name": "s",
                         "grid": {"model": ["tiny-17k"], "tokens": ["100k"], "precision": [16]}}
                        """))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.points").value(1));
    }

    @Test
    void theCatalogShowsModelsSizesAndWhatCombines() throws Exception {
        http.perform(get("/api/v1/catalog"))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.models[?(@.name == '125M')].totalParameters")
                        .value(124_635_456))
                .andExpect(jsonPath("$.models[?(@.name == '125M')].sizes['1'].effectiveSizeBytes")
                        .value(22_487_040))
                .andExpect(jsonPath("$.precisions.length()").value(6))
                .andExpect(jsonPath("$.schemes.length()").value(3))
                .andExpect(jsonPath("$.quantizers[?(@.name == 'seq')].precisions[*]")
                        .value(contains("1.58", "2")));
    }
}
