package io.bitfrontier.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.testing.StoredRows;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VisibilityTest extends LoginTest {
    private UUID here = new UUID(0, 0);
    private UUID there = new UUID(0, 0);
    private long runHere;
    private long runThere;
    private long shared;
    private String insider = "";
    private String outsider = "";
    private String everybody = "";

    @BeforeEach
    void twoProjectsWithASweepEachThatShareARun() {
        project("elsewhere");
        StoredRows rows = new StoredRows(jdbc());
        here = sweep();
        there = sweep();
        jdbc().sql("UPDATE sweep SET project_id = (SELECT id FROM project WHERE name = 'elsewhere') WHERE id = ?")
                .param(there)
                .update();
        runHere = rows.run(here, "train", "READY", rows.state("tiny", "16", 100));
        long evaluated = rows.state("tiny", "16", 2000);
        runThere = rows.run(there, "evaluate", "SUCCEEDED", evaluated);
        shared = rows.run(here, "train", "READY", rows.state("tiny", "16", 300));
        rows.alsoNeeded(there, shared);
        rows.gridPoint(there, "tiny", "16", 2000, 1, 1000, evaluated);
        rows.evaluation(runThere, evaluated);
        insider = token("ina", "default", "researcher");
        outsider = token("otto", "elsewhere", "operator");
        everybody = token("eve", "*", "viewer");
    }

    private List<String> ids(String path, String token) throws Exception {
        Answer answer = get(path, token);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json()
                .get("items")
                .valueStream()
                .map(item -> item.get("id").asString())
                .sorted()
                .toList();
    }

    private static List<String> sorted(Object... ids) {
        return java.util.Arrays.stream(ids).map(Object::toString).sorted().toList();
    }

    @Test
    void listsShowTheProjectsThatTheCallerMaySee() throws Exception {
        assertThat(ids("/api/v1/sweeps", insider)).isEqualTo(sorted(here));
        assertThat(ids("/api/v1/sweeps", outsider)).isEqualTo(sorted(there));
        assertThat(ids("/api/v1/sweeps", everybody)).isEqualTo(sorted(here, there));
        String named = "/api/v1/sweeps?name=sweep%20" + there;
        assertThat(ids(named, insider)).isEmpty();
        assertThat(ids(named, outsider)).isEqualTo(sorted(there));
        jdbc().sql("UPDATE sweep SET name = 'twins'").update();
        String twins = "/api/v1/sweeps?name=twins&limit=1";
        String cursor = get(twins, everybody).json().get("nextCursor").asString();
        assertThat(sorted(
                        ids(twins, everybody).get(0),
                        ids(twins + "&cursor=" + cursor, everybody).get(0)))
                .as("sweeps of one name, a page each")
                .isEqualTo(sorted(here, there));

        assertThat(ids("/api/v1/runs", insider)).isEqualTo(sorted(runHere, shared));
        assertThat(ids("/api/v1/runs", outsider)).isEqualTo(sorted(runThere, shared));
        assertThat(ids("/api/v1/runs", everybody)).isEqualTo(sorted(runHere, runThere, shared));
        assertThat(ids("/api/v1/runs?state=READY&kind=train", outsider)).isEqualTo(sorted(shared));
        assertThat(ids("/api/v1/runs?sweep=" + there, insider)).isEmpty();
        assertThat(ids("/api/v1/runs?sweep=" + there, outsider)).isEqualTo(sorted(runThere, shared));

        assertThat(get("/api/v1/observations", insider).json().get("items")).isEmpty();
        assertThat(get("/api/v1/observations", outsider).json().get("items")).hasSize(1);
        assertThat(get("/api/v1/observations?sweep=" + there, insider).json().get("items"))
                .isEmpty();
        assertThat(get("/api/v1/observations?sweep=" + there, outsider).json().get("items"))
                .hasSize(1);
    }

    @Test
    void whatBelongsToAnotherProjectAnswersLikeWhatIsNotThere() throws Exception {
        Answer foreign = get("/api/v1/sweeps/" + there, insider);
        UUID unknown = UUID.randomUUID();
        Answer missing = get("/api/v1/sweeps/" + unknown, insider);

        assertThat(foreign.status()).isEqualTo(404);
        assertThat(foreign.body().replace(there.toString(), "ID"))
                .isEqualTo(missing.body().replace(unknown.toString(), "ID"));
        for (String path : List.of(
                "/api/v1/sweeps/" + there + "/points",
                "/api/v1/frontiers?sweep=" + there,
                "/api/v1/storage?sweep=" + there,
                "/api/v1/runs/" + runThere,
                "/api/v1/runs/" + runThere + "/log",
                "/api/v1/runs/" + runThere + "/history",
                "/api/v1/runs/" + runThere + "/metrics")) {
            assertThat(get(path, insider).status()).as(path).isEqualTo(404);
            assertThat(get(path, outsider).status()).as(path).isEqualTo(200);
        }
        assertThat(send("PUT", "/api/v1/sweeps/" + there + "/cancellation", insider, null)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void otherSpellingsOfAnIdOpenNothing() throws Exception {
        for (String path : List.of(
                "/api/v1/runs/0x" + Long.toHexString(runThere),
                "/api/v1/runs/%20" + runThere,
                "/api/v1/runs/+" + runThere,
                "/api/v1/sweeps/%20" + there,
                "/api/v1/frontiers?sweep=%20" + there,
                "/api/v1/frontiers?sweep=" + here + "&sweep=" + there)) {
            assertThat(get(path, insider).status()).as(path).isIn(400, 404);
        }
    }

    @Test
    void whatSumsUpEveryProjectNeedsAViewerOfEveryProject() throws Exception {
        assertThat(get("/api/v1/storage", outsider).status()).isEqualTo(403);
        assertThat(get("/api/v1/storage", everybody).status()).isEqualTo(200);
        // An empty name is none, to the controller and so to the gate.
        assertThat(get("/api/v1/storage?sweep=", outsider).status()).isIn(403, 404);
        assertThat(get("/api/v1/projects/elsewhere/quota", insider).status()).isEqualTo(404);
        assertThat(get("/api/v1/projects/elsewhere/quota", outsider).status()).isEqualTo(200);
    }

    @Test
    void aSharedRunShowsTheSweepsThatTheCallerMaySee() throws Exception {
        assertThat(get("/api/v1/runs/" + shared, insider).json().get("sweeps")).hasToString("[\"" + here + "\"]");
        assertThat(get("/api/v1/runs/" + shared, everybody).json().get("sweeps"))
                .hasSize(2);
    }

    @Test
    void aRunThatFailedIsSeenByItsProjectAfterItWasPlannedAgain() throws Exception {
        Answer submitted = send("POST", "/api/v1/sweeps", insider, DOCUMENT.formatted("default"));
        String sweep = submitted.json().get("id").asString();
        List<String> failed = ids("/api/v1/runs?sweep=" + sweep, insider);
        jdbc().sql("UPDATE run SET state = 'FAILED', failure_class = 'USER', finished_at = now() WHERE id = ANY(?)")
                .param(failed.stream().map(Long::valueOf).toArray(Long[]::new))
                .update();
        jdbc().sql("UPDATE sweep_run SET state = 'FAILED' WHERE sweep_id = ?")
                .param(UUID.fromString(sweep))
                .update();

        assertThat(send("POST", "/api/v1/sweeps/" + sweep + "/retry", insider, null)
                        .status())
                .isEqualTo(200);

        assertThat(ids("/api/v1/runs?sweep=" + sweep, insider))
                .hasSameSizeAs(failed)
                .doesNotContainAnyElementsOf(failed);
        seenInsideAlone(failed);
        assertThat(ids("/api/v1/runs?state=FAILED", insider)).isEqualTo(failed);
        assertThat(ids("/api/v1/runs?state=FAILED", outsider)).isEmpty();
        List<String> pages = new ArrayList<>();
        String after = "";
        do {
            String path = "/api/v1/runs?limit=2" + after;
            pages.addAll(ids(path, insider));
            String cursor = get(path, insider).json().path("nextCursor").asString("");
            after = cursor.isEmpty() ? "" : "&cursor=" + cursor;
        } while (!after.isEmpty());
        assertThat(pages)
                .as("page by page")
                .containsAll(failed)
                .doesNotHaveDuplicates()
                .hasSize(2 + 2 * failed.size());
    }

    @Test
    void anEvaluationThatIsReplacedIsSeenByItsProjectStill() throws Exception {
        Answer submitted = send("POST", "/api/v1/sweeps", insider, DOCUMENT.formatted("default"));
        String sweep = submitted.json().get("id").asString();
        List<String> replaced = ids("/api/v1/runs?kind=evaluate&sweep=" + sweep, insider);

        assertThat(send(
                                "POST",
                                "/api/v1/sweeps?extend=true",
                                insider,
                                DOCUMENT.formatted("default") + "evaluation: {windows: 7}\n")
                        .status())
                .isEqualTo(200);

        assertThat(ids("/api/v1/runs?kind=evaluate&sweep=" + sweep, insider)).doesNotContainAnyElementsOf(replaced);
        seenInsideAlone(replaced);
    }

    private void seenInsideAlone(List<String> runs) throws Exception {
        assertThat(runs).isNotEmpty();
        for (String run : runs) {
            for (String what : List.of("", "/log", "/history")) {
                assertThat(get("/api/v1/runs/" + run + what, insider).status()).isEqualTo(200);
                assertThat(get("/api/v1/runs/" + run + what, outsider).status()).isEqualTo(404);
            }
        }
    }

    @Test
    void aSweepIsSubmittedInTheCallersName() throws Exception {
        Answer submitted = send("POST", "/api/v1/sweeps", insider, DOCUMENT.formatted("default"));

        assertThat(submitted.status()).as(submitted.body()).isEqualTo(201);
        assertThat(submitted.json().get("submitter").asString()).isEqualTo("ina");
        assertThat(jdbc().sql("SELECT DISTINCT actor FROM run_transition")
                        .query(String.class)
                        .list())
                .containsExactly("ina");
    }

    @Test
    void aDocumentNamesAProjectOfTheCallers() throws Exception {
        Answer hidden = send("POST", "/api/v1/sweeps", insider, DOCUMENT.formatted("elsewhere"));
        assertThat(hidden.status()).isEqualTo(400);
        assertThat(hidden.body()).contains("there is no such project");

        String reader = token("rosa", Map.of("elsewhere", "viewer", "default", "researcher"));
        Answer seen = send("POST", "/api/v1/sweeps", reader, DOCUMENT.formatted("elsewhere"));
        assertThat(seen.status()).isEqualTo(403);
        assertThat(seen.json().get("detail").asString())
                .isEqualTo("This needs the role researcher on the project elsewhere; rosa has viewer on elsewhere");
        assertThat(send("POST", "/api/v1/plans", reader, DOCUMENT.formatted("elsewhere"))
                        .status())
                .isEqualTo(200);
        assertThat(send("POST", "/api/v1/plans", insider, DOCUMENT.formatted("elsewhere"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void whichDataSetsAnotherProjectHasIsNotToldByAPlan() throws Exception {
        assertThat(send(
                                "POST",
                                "/api/v1/datasets",
                                outsider,
                                "{\"name\": \"books\", \"path\": \"pom.xml\", \"project\": \"elsewhere\"}")
                        .status())
                .isEqualTo(201);
        String document = DOCUMENT.formatted("elsewhere").replace("synthetic", "%s");

        for (String path : List.of("/api/v1/plans", "/api/v1/sweeps")) {
            Answer there = send("POST", path, insider, document.formatted("books"));
            Answer nowhere = send("POST", path, insider, document.formatted("films"));
            assertThat(there.status()).isEqualTo(400);
            assertThat(there.body()).isEqualTo(nowhere.body().replace("films", "books"));
        }
        assertThat(send("POST", "/api/v1/plans", outsider, document.formatted("books"))
                        .body())
                .doesNotContain("data.corpus");
    }

    @Test
    void dataSetsBelongToProjects() throws Exception {
        String request = "{\"name\": \"books\", \"path\": \"pom.xml\", \"project\": \"%s\"}";
        Answer added = send("POST", "/api/v1/datasets", outsider, request.formatted("elsewhere"));
        assertThat(added.status()).as(added.body()).isEqualTo(201);
        assertThat(added.json().get("project").asString()).isEqualTo("elsewhere");
        assertThat(send("POST", "/api/v1/datasets", insider, request.formatted("default"))
                        .status())
                .isEqualTo(201);
        assertThat(send("POST", "/api/v1/datasets", insider, request.formatted("elsewhere"))
                        .status())
                .isEqualTo(400);

        assertThat(get("/api/v1/datasets", insider).body())
                .contains("\"default\"")
                .doesNotContain("elsewhere");
        assertThat(get("/api/v1/datasets", outsider).body()).contains("\"elsewhere\"");
        Answer first = get("/api/v1/datasets?limit=1", everybody);
        Answer second = get(
                "/api/v1/datasets?limit=1&cursor="
                        + first.json().get("nextCursor").asString(),
                everybody);
        assertThat(List.of(
                        first.json().get("items").get(0).get("project").asString(),
                        second.json().get("items").get(0).get("project").asString()))
                .containsExactly("default", "elsewhere");
    }
}
