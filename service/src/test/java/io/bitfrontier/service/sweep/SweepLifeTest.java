package io.bitfrontier.service.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.testing.Sweeping;
import io.bitfrontier.service.testing.Sweeping.Answer;
import io.bitfrontier.service.testing.Sweeping.Working;
import io.bitfrontier.service.worker.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;

@ServiceTest
class SweepLifeTest {
    private static final String HEAD = "apiVersion: bitfrontier/v1\nname: s\n";
    private static final String GRID = """
            grid:
              model: [tiny-17k]
              tokens: [102400]
              precision: [2, 16]
              scheme: [fp-then-qat]
            """;

    @Autowired
    private MockMvc http;

    @Autowired
    private Workers workers;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private SweepUpkeep upkeep;

    private Sweeping person;

    @BeforeEach
    void aPerson() {
        person = new Sweeping(http, workers);
    }

    private static String path(UUID sweep, String what) {
        return "/api/v1/sweeps/" + sweep + "/" + what;
    }

    private List<String> history(UUID sweep) {
        List<String> events = new ArrayList<>();
        person.get(path(sweep, "history"))
                .body()
                .forEach(entry -> events.add(entry.path("event").asString()));
        return events;
    }

    private List<String> rows(String sql) {
        return jdbc.sql(sql).query(String.class).list();
    }

    @Test
    void aPausedSweepIsNotClaimedUntilItIsResumed() {
        UUID sweep = person.submit(HEAD + GRID);
        for (int i = 0; i < 2; i++) {
            Answer paused = person.send(HttpMethod.PUT, path(sweep, "pause"));
            assertThat(paused.state()).isEqualTo("PAUSED");
            assertThat(paused.body().path("stateReason").asString()).startsWith("paused since ");
        }
        assertThat(person.claim()).isEmpty();
        assertThat(jdbc.sql("SELECT count(*) FROM run_transition WHERE from_state IS NOT NULL")
                        .query(Long.class)
                        .single())
                .as("pausing changes no run")
                .isZero();

        for (int i = 0; i < 2; i++) {
            assertThat(person.send(HttpMethod.DELETE, path(sweep, "pause")).state())
                    .isEqualTo("RUNNING");
        }
        assertThat(person.doAll()).isNotEmpty();
        assertThat(person.sweep(sweep).state()).isEqualTo("SUCCEEDED");
        assertThat(history(sweep)).containsExactly("SUBMITTED", "PAUSED", "RESUMED");
    }

    @Test
    void aCancelledSweepIsNeitherPausedNorResumedNorExtended() {
        UUID sweep = person.submit(HEAD + GRID);
        person.send(HttpMethod.PUT, path(sweep, "cancellation"));

        for (Answer refused : List.of(
                person.send(HttpMethod.PUT, path(sweep, "pause")),
                person.send(HttpMethod.DELETE, path(sweep, "pause")),
                person.post("/api/v1/sweeps?extend=true", HEAD + GRID + "evaluate: perplexity\n"))) {
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.detail()).startsWith("The sweep s is cancelled; retry it");
        }
        assertThat(history(sweep)).containsExactly("SUBMITTED", "CANCELLED");
        assertThat(person.send(HttpMethod.PUT, path(UUID.randomUUID(), "pause")).status())
                .isEqualTo(404);
    }

    @Test
    void retryingPlansWhatFailedAndWhatWaitedForItAsANewGeneration() {
        UUID sweep = person.submit(HEAD + GRID);
        person.claim().orElseThrow().fail("USER");
        Answer failed = person.sweep(sweep);
        assertThat(failed.state()).isEqualTo("FAILED");
        int runs = failed.runs("FAILED");
        List<String> before = rows("SELECT r::text FROM run r ORDER BY id");

        Answer retried = person.send(HttpMethod.POST, path(sweep, "retry"));
        assertThat(retried.state()).isEqualTo("RUNNING");
        assertThat(retried.runs("FAILED")).isZero();
        assertThat(retried.runs("READY") + retried.runs("PLANNED")).isEqualTo(runs);
        assertThat(rows("SELECT r::text FROM run r WHERE generation = 1 ORDER BY id"))
                .as("rows that have ended stay as they are")
                .isEqualTo(before);
        assertThat(person.send(HttpMethod.POST, path(sweep, "retry")).status()).isEqualTo(200);

        assertThat(person.doAll()).hasSize(runs);
        assertThat(person.sweep(sweep).state()).isEqualTo("SUCCEEDED");
        assertThat(history(sweep)).containsExactly("SUBMITTED", "RETRIED");
        assertThat(rows("SELECT DISTINCT reason FROM run_transition t JOIN run r ON r.id = t.run_id"
                        + " WHERE r.generation = 2 AND t.event = 'PLANNED'"))
                .containsExactly("sweep s was retried");
    }

    @Test
    void retryingWhatAnotherSweepHasHadDoneAgainTakesThatOver() {
        UUID sweep = person.submit(HEAD + GRID);
        person.claim().orElseThrow().fail("USER");
        upkeep.keepUp();
        person.submit(HEAD.replace("name: s", "name: other") + GRID);
        int runs = person.doAll().size();
        assertThat(person.sweep(sweep).state()).isEqualTo("FAILED");

        Answer retried = person.send(HttpMethod.POST, path(sweep, "retry"));
        assertThat(retried.state()).isEqualTo("SUCCEEDED");
        assertThat(retried.runs("SUCCEEDED")).isEqualTo(runs);
        upkeep.keepUp();
        person.send(HttpMethod.POST, path(sweep, "retry"));
        assertThat(history(sweep)).containsExactly("SUBMITTED", "FINISHED", "RETRIED", "FINISHED");
    }

    @Test
    void retryingACancelledSweepKeepsWhatHadSucceeded() {
        UUID sweep = person.submit(HEAD + GRID);
        Working first = person.claim().orElseThrow();
        first.complete();
        person.send(HttpMethod.PUT, path(sweep, "cancellation"));
        assertThat(person.claim()).isEmpty();

        Answer retried = person.send(HttpMethod.POST, path(sweep, "retry"));
        assertThat(retried.state()).isEqualTo("RUNNING");
        assertThat(retried.body().has("cancelledAt")).isFalse();
        assertThat(retried.runs("SUCCEEDED")).isEqualTo(1);
        assertThat(retried.runs("CANCELLED")).isZero();
        assertThat(person.doAll()).doesNotContain(first.assignment().runId());
        assertThat(person.sweep(sweep).state()).isEqualTo("SUCCEEDED");
    }

    @Test
    void extendingTrainsOnlyWhatIsMissingAndGoesOnFromTheTrunk() {
        UUID sweep = person.submit(HEAD + GRID);
        int first = person.doAll().size();
        upkeep.keepUp();
        String larger = HEAD + GRID.replace("[102400]", "[102400, 204800]");

        assertThat(person.post("/api/v1/sweeps", larger).detail()).contains("or extend it if this one only adds");
        Answer extended = person.post("/api/v1/sweeps?extend=true", larger);
        assertThat(extended.status()).isEqualTo(200);
        assertThat(extended.id()).isEqualTo(sweep);
        assertThat(extended.body().path("plan").path("points").asInt()).isEqualTo(4);
        assertThat(extended.runs("SUCCEEDED")).isEqualTo(first);
        assertThat(extended.state()).isEqualTo("RUNNING");
        // The trunk reaches 90 of 100 steps; that of the larger budget, with its parent's, is at 162 and at 180 of 200.
        assertThat(rows("SELECT from_tokens / 1024 || '-' || to_tokens / 1024 FROM run WHERE kind = 'train'"
                        + " AND state IN ('READY', 'PLANNED') ORDER BY to_tokens, from_tokens"))
                .containsExactly("90-162", "162-180", "162-180", "180-200", "180-200");

        assertThat(person.post("/api/v1/sweeps?extend=true", larger).id()).isEqualTo(sweep);
        assertThat(person.doAll()).hasSize(5 + 2);
        assertThat(person.sweep(sweep).state()).isEqualTo("SUCCEEDED");
        assertThat(person.get(path(sweep, "points")).body().path("items")).hasSize(4);
        assertThat(history(sweep)).containsExactly("SUBMITTED", "FINISHED", "EXTENDED");
        assertThat(person.post("/api/v1/sweeps", larger).status()).isEqualTo(200);
    }

    @Test
    void anotherEvaluationMeasuresTheStatesAndTrainsNothing() {
        UUID sweep = person.submit(HEAD + GRID + "evaluate: perplexity\n");
        person.doAll();

        Answer extended = person.post("/api/v1/sweeps?extend=true", HEAD + GRID + "evaluate: [perplexity, choices]\n");
        assertThat(extended.runs("READY")).isEqualTo(2);
        assertThat(extended.runs("PLANNED")).isZero();
        assertThat(rows("SELECT DISTINCT kind FROM run WHERE state = 'READY'")).containsExactly("evaluate");
        assertThat(person.doAll()).hasSize(2);
        assertThat(person.get("/api/v1/observations?sweep=" + sweep).body().path("items"))
                .hasSize(2);
        assertThat(jdbc.sql("SELECT count(*) FROM evaluation").query(Long.class).single())
                .as("results are never removed")
                .isEqualTo(4);
    }

    @Test
    void whatIsMeasuredOtherwiseNowIsNotMeasuredAsBefore() {
        person.submit(HEAD + GRID + "evaluate: perplexity\n");
        person.claim().orElseThrow().complete();

        Answer extended = person.post("/api/v1/sweeps?extend=true", HEAD + GRID);
        assertThat(extended.state()).isEqualTo("RUNNING");
        assertThat(rows("SELECT state || ' ' || count(*) FROM run WHERE kind = 'evaluate' GROUP BY state ORDER BY 1"))
                .containsExactly("CANCELLED 2", "PLANNED 2");
        person.doAll();
        assertThat(person.sweep(extended.id()).state()).isEqualTo("SUCCEEDED");
        assertThat(rows("SELECT DISTINCT reason FROM run_transition WHERE event = 'CANCELLED'"))
                .containsExactly("sweep s was extended and is measured otherwise");
    }

    @Test
    void anExtensionThatLosesOrChangesPointsIsRefused() {
        person.submit(HEAD + GRID);

        Answer fewer = person.post("/api/v1/sweeps?extend=true", HEAD + GRID.replace("[2, 16]", "[16]"));
        assertThat(fewer.status()).isEqualTo(409);
        assertThat(fewer.detail()).startsWith("The document leaves out 1 of the 2 points of the sweep s;");
        Answer other = person.post("/api/v1/sweeps?extend=true", HEAD + GRID + "training: {warmupSteps: 7}\n");
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.detail())
                .startsWith("The document trains 2 points (tiny-17k 102400 tokens")
                .contains("in another way");
        Answer alone = person.post("/api/v1/sweeps?retrain=true", HEAD + GRID);
        assertThat(alone.status()).isEqualTo(400);
        assertThat(alone.body().path("violations").get(0).path("message").asString())
                .isEqualTo("needs extend=true");
        assertThat(person.post("/api/v1/sweeps?extend=true", HEAD.replace("name: s", "name: new") + GRID)
                        .status())
                .as("a name that there is not yet is a new sweep")
                .isEqualTo(201);
    }

    @Test
    void aSweepWhoseResourceClassIsGoneIsExtendedOntoAnother() {
        UUID sweep = person.submit(HEAD + GRID + "limits: {priority: 3}\n");
        person.patch(path(sweep, "limits"), "{\"priority\": 5}");
        jdbc.sql("UPDATE sweep SET document = jsonb_set(document, '{resources}', '{\"class\": \"gone\"}')")
                .update();

        Answer extended = person.post(
                "/api/v1/sweeps?extend=true",
                HEAD + GRID.replace("[102400]", "[102400, 204800]") + "limits: {priority: 3}\n");
        assertThat(extended.status()).isEqualTo(200);
        assertThat(extended.body().path("limits").path("priority").asInt())
                .as("what the document says as before does not undo a later change")
                .isEqualTo(5);
    }

    @Test
    void limitsAreChangedByNameAndEveryMistakeIsNamed() {
        UUID sweep =
                person.submit(HEAD + GRID + "limits: {priority: 3, maxWorkers: 2, deadline: 2100-01-01T00:00:00Z}\n");
        Answer changed =
                person.patch(path(sweep, "limits"), "{\"maxWorkers\": null, \"gpuHours\": 1.5, \"keep\": \"points\"}");
        var limits = changed.body().path("limits");
        assertThat(limits.path("priority").asInt()).isEqualTo(3);
        assertThat(limits.has("maxWorkers")).isFalse();
        assertThat(limits.path("gpuHours").asDouble()).isEqualTo(1.5);
        assertThat(limits.path("keep").asString()).isEqualTo("points");
        assertThat(limits.path("deadline").asString()).isEqualTo("2100-01-01T00:00:00Z");
        assertThat(person.get(path(sweep, "history"))
                        .body()
                        .path(1)
                        .path("reason")
                        .asString())
                .isEqualTo(
                        "the limits were changed: maxWorkers 2 → none, gpuHours none → 1.5, keep extendable → points");

        Answer wrong = person.patch(
                path(sweep, "limits"),
                "{\"maxWorkers\": 0, \"gpuHours\": -1, \"keep\": \"all\", \"deadline\": \"soon\", \"prio\": 1}");
        assertThat(wrong.status()).isEqualTo(400);
        List<String> places = new ArrayList<>();
        wrong.body()
                .path("violations")
                .forEach(violation -> places.add(violation.path("path").asString()));
        assertThat(places)
                .containsExactlyInAnyOrder(
                        "limits.maxWorkers", "limits.gpuHours", "limits.keep", "limits.deadline", "limits.prio");
        assertThat(person.patch(path(sweep, "limits"), "{\"deadline\": \"+999999999-12-31T00:00:00Z\"}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aReachedLimitStopsTheSweepWithASentenceUntilItIsRaised() {
        UUID sweep = person.submit(HEAD + GRID + "limits: {gpuHours: 0.5}\n");
        Working running = person.claim().orElseThrow();
        jdbc.sql("UPDATE attempt SET started_at = now() - interval '30 minutes 18 seconds'")
                .update();
        running.complete();
        assertThat(person.claim()).isEmpty();
        for (int i = 0; i < 2; i++) {
            upkeep.keepUp();
            Answer stopped = person.sweep(sweep);
            assertThat(stopped.state()).isEqualTo("STOPPED");
            assertThat(stopped.body().path("stateReason").asString())
                    .matches("0\\.5\\d of 0\\.5 GPU-hours are used; raise limits.gpuHours to go on");
            assertThat(stopped.body().path("use").path("gpuHours").asDouble()).isBetween(0.5, 0.52);
        }
        assertThat(person.patch(path(sweep, "limits"), "{\"gpuHours\": 2}").state())
                .isEqualTo("RUNNING");
        assertThat(person.doAll()).isNotEmpty();
        assertThat(history(sweep)).containsExactly("SUBMITTED", "STOPPED", "LIMITED");
        assertThat(rows("SELECT DISTINCT counted::text FROM attempt WHERE id = 1"))
                .containsExactly("true");
    }

    @Test
    void aStoppedSweepNamesTheLimitThatBindsNow() {
        UUID sweep = person.submit(HEAD + GRID + "limits: {gpuHours: 0.5}\n");
        Working running = person.claim().orElseThrow();
        jdbc.sql("UPDATE attempt SET started_at = now() - interval '31 minutes'")
                .update();
        running.complete();
        upkeep.keepUp();
        jdbc.sql("UPDATE sweep SET deadline = '2026-01-01T00:00:00Z'").update();
        upkeep.keepUp();
        assertThat(person.sweep(sweep).body().path("stateReason").asString())
                .isEqualTo("the deadline 2026-01-01T00:00:00Z has passed; move limits.deadline to go on");
        assertThat(history(sweep)).as("it is stopped once").containsExactly("SUBMITTED", "STOPPED");
    }

    @Test
    void theTimeForWhichASweepIsStoppedDoesNotRaiseItInTheQueue() {
        UUID sweep = person.submit(HEAD + GRID + "limits: {deadline: 2026-01-01T00:00:00Z}\n");
        for (String goesOn : List.of("by itself", "by a person")) {
            upkeep.keepUp();
            jdbc.sql("UPDATE sweep SET open_since = now() - interval '1 day'").update();
            if (goesOn.equals("by itself")) {
                jdbc.sql("UPDATE sweep SET deadline = '2100-01-01T00:00:00Z'").update();
                upkeep.keepUp();
            } else {
                person.patch(path(sweep, "limits"), "{\"deadline\": null}");
            }
            assertThat(jdbc.sql("SELECT open_since > now() - interval '1 hour' FROM sweep")
                            .query(Boolean.class)
                            .single())
                    .as(goesOn)
                    .isTrue();
            jdbc.sql("UPDATE sweep SET deadline = '2026-01-01T00:00:00Z'").update();
        }
    }

    @Test
    void aDeadlineThatHasPassedStopsTheSweepUntilItIsMoved() {
        UUID sweep = person.submit(HEAD + GRID + "limits: {deadline: 2026-01-01T00:00:00+01:00}\n");
        assertThat(person.claim()).isEmpty();
        upkeep.keepUp();
        assertThat(person.sweep(sweep).body().path("stateReason").asString())
                .isEqualTo("the deadline 2025-12-31T23:00:00Z has passed; move limits.deadline to go on");
        Answer never = person.patch(path(sweep, "limits"), "{\"deadline\": \"+300000-01-01T00:00:00Z\"}");
        assertThat(never.status()).isEqualTo(400);
        assertThat(never.body().path("violations").get(0).path("message").asString())
                .isEqualTo("must be before 9999-01-01T00:00:00Z");
        assertThat(person.patch(path(sweep, "limits"), "{\"deadline\": null}").state())
                .isEqualTo("RUNNING");
        assertThat(person.claim()).isPresent();
    }
}
