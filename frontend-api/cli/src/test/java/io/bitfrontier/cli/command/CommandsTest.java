package io.bitfrontier.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.cli.FakeApi;
import io.bitfrontier.cli.Samples;
import io.bitfrontier.cli.Terminal;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
    private static final String RUN = """
            {"id": 12, "kind": "train", "state": "RUNNING", "generation": 1, "model": "tiny-44k", "precision": "2",
             "quantizer": "seq", "fromTokens": 1800000, "toTokens": 2000000, "progressTokens": 50000, "attempts": 1,
             "createdAt": "2026-01-01T00:00:00Z"%s}""";
    private static final String VIOLATIONS = """
            {"type": "https://bitfrontier.io/problems/invalid_document", "title": "Invalid document", "status": 400,
             "code": "INVALID_DOCUMENT", "detail": "The sweep document has 2 violations",
             "violations": [
               {"path": "grid.precision[2]", "value": "5", "message": "not one of 1, 1.58, 2, 3, 4, 16"},
               {"path": "name", "message": "is missing"}]}""";

    private final FakeApi api = new FakeApi();
    private final Terminal terminal = Terminal.to(api.url());

    @TempDir
    Path folder;

    private Path document;

    @BeforeEach
    void writeDocument() throws IOException {
        document = Files.writeString(folder.resolve("sweep.yaml"), "name: demo\n");
    }

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void planSendsTheDocumentAsItIsAndSaysWhatIsSavedAndDropped() {
        api.on("POST /api/v1/plans", 200, """
                {"points": 36, "runs": 70, "trainRuns": 34, "evaluateRuns": 36, "tokensAlone": 54000000,
                 "tokensParentReused": 21600000, "tokensPlanned": 9000000, "tokensAlreadyTrained": 1000000,
                 "tokensUnderway": 2000000, "tokensToTrain": 6000000, "newRuns": 50, "resourceClass": "local",
                 "gpuHours": 1.5, "gpuHoursToTrain": 1, "throughputSource": "12 runs measured on cuda: NVIDIA H200",
                 "flopsPlanned": 1.25e13, "storageBytes": 51200000, "droppedCount": 1, "dropped": [
                   {"model": "tiny-17k", "tokens": 1000000, "precision": "4", "scheme": "ptq", "quantizer": "seq",
                    "seed": 1, "reason": "seq has no 4-bit grid"}],
                 "rounded": [{"requested": 1000000, "tokens": 999424}]}""");

        assertThat(terminal.run("plan", document.toString())).isZero();

        assertThat(api.requests())
                .containsExactly(new FakeApi.Request("POST /api/v1/plans", "application/yaml", "name: demo\n"));
        assertThat(terminal.out()).isEqualTo("""
                Plan: 36 grid points by 70 runs, training 9M tokens
                Saved: 6.0× against every point trained alone (54M), 2.4× against reusing a parent per budget (21.6M)
                Of these, 1M tokens are trained already and 2M are on their way; submitting adds 50 runs and 6M tokens.
                Runs: 34 of training, 36 of evaluation
                Compute: 1.25e+13 FLOPs; checkpoints: 51.2 MB
                Time: 1.50 device hours, 1.00 of them still to be done (12 runs measured on cuda: NVIDIA H200)
                Rounded to whole optimizer steps: 1000000 tokens to 999424
                Dropped combinations: 1
                  tiny-17k 1M 4-bit ptq seq: seq has no 4-bit grid
                """);
    }

    @Test
    void jsonPrintsExactlyWhatRestReturned() {
        String body = "{\"points\":   36, \"unknown\": [1,\n2], \"tokensAlone\": 1}";
        api.on("POST /api/v1/plans", 200, body);

        assertThat(terminal.run("plan", "--json", document.toString())).isZero();

        assertThat(terminal.out()).isEqualTo(body + "\n");
    }

    @Test
    void everyViolationIsOnALineOfItsOwn() {
        api.on("POST /api/v1/sweeps", 400, VIOLATIONS);

        assertThat(terminal.run("submit", document.toString())).isEqualTo(1);

        assertThat(terminal.out()).isEmpty();
        assertThat(terminal.err()).isEqualTo("""
                bitfrontier: The sweep document has 2 violations (INVALID_DOCUMENT, status 400)
                  grid.precision[2]: not one of 1, 1.58, 2, 3, 4, 16 (5)
                  name: is missing
                """);
    }

    @Test
    void aProblemIsPrintedAsItCameWhenJsonIsWanted() {
        api.on("POST /api/v1/sweeps", 400, VIOLATIONS);

        assertThat(terminal.run("submit", document.toString(), "--json")).isEqualTo(1);

        assertThat(terminal.out()).isEqualTo(VIOLATIONS + "\n");
    }

    @Test
    void submitSaysWhetherTheSweepIsNew() {
        api.on("POST /api/v1/sweeps", 201, Samples.running(0, 0)).on("POST /api/v1/sweeps", 200, Samples.succeeded());

        assertThat(terminal.run("submit", document.toString())).isZero();
        assertThat(terminal.out()).startsWith("Sweep demo (" + Samples.ID + ") is stored.\n");
        assertThat(terminal.run("submit", document.toString())).isZero();
        assertThat(terminal.out()).contains("was there already: succeeded.");
    }

    @Test
    void submitAndWatchEndsWithTheSweep() {
        api.on("POST /api/v1/sweeps", 201, Samples.running(0, 0))
                .on("GET /api/v1/sweeps/" + Samples.ID, 200, Samples.running(10, 1_000_000))
                .on("GET /api/v1/sweeps/" + Samples.ID, 200, Samples.succeeded());

        assertThat(terminal.run("submit", "--watch", document.toString())).isZero();

        assertThat(terminal.out()).endsWith("Sweep demo succeeded: 70 of 70 runs done, 9M tokens trained\n");
    }

    @Test
    void pausingAndResumingSayWhatBecomesOfTheRuns() {
        api.on("PUT /api/v1/sweeps/" + Samples.ID + "/pause?drain=true", 200, Samples.running(10, 1_000_000))
                .on("PUT /api/v1/sweeps/" + Samples.ID + "/pause?drain=false", 200, Samples.running(10, 1_000_000))
                .on("DELETE /api/v1/sweeps/" + Samples.ID + "/pause", 200, Samples.running(10, 1_000_000));

        assertThat(terminal.run("pause", Samples.ID)).isZero();
        assertThat(terminal.run("pause", "--finish-running", Samples.ID)).isZero();
        assertThat(terminal.run("resume", Samples.ID)).isZero();

        assertThat(terminal.out()).isEqualTo("""
                Sweep demo is paused; 2 runs go to a checkpoint.
                Sweep demo is paused; 2 runs may end.
                Sweep demo goes on: 10 of 70 runs are done.
                """);
    }

    @Test
    void limitsAreShownAndChangedByName() {
        String sweep = Samples.running(10, 1_000_000).replace("\"plan\":", """
                        "stateReason": "0.5 of 0.5 GPU-hours are used",
                        "limits": {"priority": 3, "maxWorkers": 4, "keep": "points"},
                        "use": {"workers": 2, "gpuHours": 0.5}, "plan":""").replace("\"RUNNING\",", "\"STOPPED\",");
        api.on("GET /api/v1/sweeps/" + Samples.ID, 200, sweep)
                .on("PATCH /api/v1/sweeps/" + Samples.ID + "/limits", 200, sweep);

        assertThat(terminal.run("limits", Samples.ID)).isZero();
        assertThat(terminal.out()).isEqualTo("""
                Sweep demo: STOPPED: 0.5 of 0.5 GPU-hours are used
                Priority: 3
                Workers: 2 now, at most 4
                GPU-hours: 0.50 used, no limit
                Deadline: none
                Keeps: points
                """);
        assertThat(terminal.run("limits", Samples.ID, "--gpu-hours", "none", "--max-workers", "4", "--keep=points"))
                .isZero();
        assertThat(api.requests().get(1).body()).isEqualTo("{\"maxWorkers\":4,\"gpuHours\":null,\"keep\":\"points\"}");
        assertThat(terminal.run("limits", Samples.ID, "--max-workers", "many")).isEqualTo(2);
        assertThat(terminal.err()).contains("--max-workers: 'many' is neither a number nor 'none'");
    }

    @Test
    void aRetryAndAnExtensionSayWhatIsToDo() {
        api.on("POST /api/v1/sweeps/" + Samples.ID + "/retry", 200, Samples.running(10, 1_000_000))
                .on("POST /api/v1/sweeps/" + Samples.ID + "/retry", 200, Samples.succeeded())
                .on("POST /api/v1/sweeps?extend=true&retrain=true", 200, Samples.running(10, 1_000_000));

        assertThat(terminal.run("retry", Samples.ID)).isZero();
        assertThat(terminal.run("retry", Samples.ID)).isZero();
        assertThat(terminal.run("submit", "--extend", "--retrain", document.toString()))
                .isZero();

        assertThat(terminal.out()).startsWith("""
                Sweep demo goes on: 60 of 70 runs are to do.
                Sweep demo has nothing to do again: SUCCEEDED.
                Sweep demo (%s) is as the document says: running.
                """.formatted(Samples.ID));
    }

    @Test
    void retrainingWithoutExtendingIsAWrongUsage() {
        assertThat(terminal.run("submit", "--retrain", document.toString())).isEqualTo(2);
        assertThat(terminal.err()).contains("--retrain needs --extend");
        assertThat(api.requests()).isEmpty();
    }

    @Test
    void projectsAreMadeAndListed() {
        String project = "{\"name\": \"nlp\", \"createdAt\": \"2026-01-01T00:00:00Z\"}";
        api.on("PUT /api/v1/projects/nlp", 201, project)
                .on("PUT /api/v1/projects/nlp", 200, project)
                .on("GET /api/v1/projects?limit=100", 200, "{\"items\": [" + project + "]}");

        assertThat(terminal.run("project", "add", "nlp")).isZero();
        assertThat(terminal.run("project", "add", "nlp")).isZero();
        assertThat(terminal.run("project", "list")).isZero();
        assertThat(terminal.run("project")).isEqualTo(2);

        assertThat(terminal.out())
                .startsWith("Project nlp is made.\nProject nlp was there already.\nNAME")
                .contains("nlp");
    }

    @Test
    void storageIsShownInBytes() {
        api.on("GET /api/v1/storage", 200, """
                {"states": 12, "bytes": 51200000, "sharedBytes": 1000, "onTheWayBytes": 0, "goingBytes": 5000,
                 "removedStates": 2, "removedBytes": 7000000}""");

        assertThat(terminal.run("storage")).isZero();

        assertThat(terminal.out()).isEqualTo("""
                Stored: 51.2 MB of 12 states, 1.00 kB of them shared by several sweeps
                On the way: 0 B
                Going: 5.00 kB
                Removed so far: 7.00 MB of 2 states; their results stay
                """);
    }

    @Test
    void aQuotaChangesByNameAndKeepsTheRest() {
        String path = "/api/v1/projects/default/quota";
        String standing = """
                {"project": "default", "quota": {"maxWorkers": 8, "gpuHours": 100.5},
                 "use": {"workers": 3, "gpuHoursOfMonth": 1.25, "gpuHours": 7.5, "livingSweeps": 2}}""";
        api.on("GET " + path, 200, standing).on("PUT " + path, 200, standing);

        assertThat(terminal.run("quota", "default")).isZero();
        assertThat(terminal.out()).isEqualTo("""
                Project default
                Workers: 3 now, at most 8
                GPU-hours this month: 1.25, no bound
                GPU-hours: 7.50, at most 100.5
                Living sweeps: 2, no bound
                """);
        assertThat(terminal.run("quota", "default", "--gpu-hours", "none", "--max-sweeps", "5"))
                .isZero();
        assertThat(api.requests().get(2).body()).isEqualTo("{\"maxWorkers\":8,\"maxLivingSweeps\":5}");
        assertThat(terminal.run("quota", "default", "--gpu-hours", "lots")).isEqualTo(2);
    }

    @Test
    void aFileThatIsNotThereIsWrongUsage() {
        assertThat(terminal.run("submit", folder.resolve("none.yaml").toString()))
                .isEqualTo(2);
        assertThat(terminal.err()).contains("none.yaml does not exist");
        assertThat(api.requests()).isEmpty();
    }

    @Test
    void aFileBeyondOneMebibyteIsNotSent() throws IOException {
        Files.writeString(document, "#".repeat((1 << 20) + 1));

        assertThat(terminal.run("plan", document.toString())).isEqualTo(2);
        assertThat(terminal.err()).contains("larger than the 1 MiB");
    }

    @Test
    void watchFindsTheSweepByNameAndFailsWhenItFailed() {
        api.on("GET /api/v1/sweeps?name=de%20mo", 200, Samples.page(Samples.failed()))
                .on("GET /api/v1/sweeps/" + Samples.ID, 200, Samples.failed());

        assertThat(terminal.run("watch", "de mo")).isEqualTo(1);

        assertThat(terminal.out()).isEqualTo("""
                Sweep demo failed: 68 of 70 runs done, 8M tokens trained, 2 runs failed
                  run 7: DIVERGENCE: The loss became NaN at step 40
                  run 8: USER: The parent failed
                """);
    }

    @Test
    void aSweepThatDoesNotExistIsNamed() {
        api.on("GET /api/v1/sweeps?name=other", 200, "{\"items\": []}");

        assertThat(terminal.run("watch", "other")).isEqualTo(1);
        assertThat(terminal.err()).contains("There is no sweep named 'other'");
    }

    @Test
    void ofSeveralSweepsOfANameNoneIsTaken() {
        api.on("GET /api/v1/sweeps?name=demo", 200, Samples.page(Samples.succeeded() + ", " + Samples.succeeded()));

        assertThat(terminal.run("cancel", "demo")).isEqualTo(1);
        assertThat(terminal.err()).contains("by its id, one of " + Samples.ID + ", " + Samples.ID);
    }

    @Test
    void cancelGoesByTheId() {
        api.on(
                "PUT /api/v1/sweeps/" + Samples.ID + "/cancellation",
                200,
                Samples.sweep(
                        "CANCELLED",
                        "{\"runs\": {\"SUCCEEDED\": 3, \"CANCELLED\": 67}, \"tokensPlanned\": 9, \"tokensDone\": 1}"));

        assertThat(terminal.run("cancel", Samples.ID)).isZero();
        assertThat(terminal.out()).isEqualTo("Sweep demo is cancelled; 3 of 70 runs had finished.\n");
    }

    @Test
    void sweepsListsThemAndSaysHowToGoOn() {
        api.on(
                "GET /api/v1/sweeps?limit=2",
                200,
                "{\"items\": [" + Samples.succeeded() + "], \"nextCursor\": \"abc\"}");

        assertThat(terminal.run("sweeps", "--limit", "2")).isZero();

        assertThat(terminal.out()).isEqualTo("""
                NAME  STATE      POINTS  RUNS DONE  CREATED               ID
                demo  SUCCEEDED      36      70/70  2026-01-01T00:00:00Z  %s
                There are more: --cursor abc
                """.formatted(Samples.ID));
    }

    @Test
    void runsFiltersBySweepAndState() {
        api.on(
                "GET /api/v1/runs?limit=100&sweep=" + Samples.ID + "&state=RUNNING",
                200,
                Samples.page(RUN.formatted("")));

        assertThat(terminal.run("runs", "--sweep", Samples.ID, "--state", "running"))
                .isZero();

        assertThat(terminal.out()).isEqualTo("""
                RUN  KIND   STATE    MODEL     BITS  QUANTIZER  TOKENS      PROGRESS  ATTEMPTS
                 12  train  RUNNING  tiny-44k     2  seq        1.8M to 2M       50k         1
                """);
    }

    @Test
    void showTellsTheRunItsFiguresAndItsHistory() {
        api.on("GET /api/v1/runs/12", 200, RUN.formatted("""
                , "sweeps": [], "trajectory": {}, "metrics": {
                    "loss": {"value": 2.1234567, "standardError": 0.0123, "count": 40960},
                    "accuracy": {"value": 0.75, "count": 2000}},
                  "layerDrift": [{"parameter": "layers.0.q", "drift": 0.4321}],
                  "attemptList": [{"id": 5, "number": 1, "worker": "w", "state": "RUNNING", "startedAt": "x",
                                   "resumedFromTokens": 1800000, "refusedWrites": 0, "device": "cuda: NVIDIA H200"}]""")).on("GET /api/v1/runs/12/history", 200, """
                [{"at": "2026-01-01T00:00:00Z", "to": "PLANNED", "event": "PLAN", "actor": "planner", "reason": "stored"},
                 {"at": "2026-01-01T00:00:01Z", "from": "PLANNED", "to": "READY", "event": "R", "actor": "run",
                  "reason": "its parent is stored"}]""");

        assertThat(terminal.run("show", "12")).isZero();

        assertThat(terminal.out()).isEqualTo("""
                Run 12: train tiny-44k, 2 bit seq, tokens 1.8M to 2M
                State: RUNNING
                Progress: 50k of 200k tokens
                  accuracy = 0.7500 (2000)
                  loss = 2.1235 ± 0.0123 (40960)
                  drift of layers.0.q = 0.4321
                Attempt 1: RUNNING, from 1.8M tokens on, worker w on cuda: NVIDIA H200
                History:
                  2026-01-01T00:00:00Z  PLANNED: stored (planner)
                  2026-01-01T00:00:01Z  PLANNED → READY: its parent is stored (run)
                """);
    }

    @Test
    void logsArePrintedAsTheyAre() {
        api.on("GET /api/v1/runs/12/log", 200, "text/plain", "step 1\nstep 2");

        assertThat(terminal.run("logs", "12")).isZero();
        assertThat(terminal.out()).isEqualTo("step 1\nstep 2\n");
    }

    @Test
    void datasetAddSendsAnAbsolutePath() {
        api.on("POST /api/v1/datasets", 201, """
                {"name": "plays", "path": "/x", "manifestSha256": "ab", "tokenizer": "bytes/1", "files": 2,
                 "bytes": 1115394, "tokens": 1115396, "createdAt": "2026-01-01T00:00:00Z"}""");

        assertThat(terminal.run("dataset", "add", "plays", "text")).isZero();

        assertThat(api.requests().get(0).contentType()).isEqualTo("application/json");
        assertThat(api.requests().get(0).body())
                .contains("\"name\":\"plays\"")
                .contains("\"path\":\"" + Path.of("text").toAbsolutePath() + "\"");
        assertThat(terminal.out())
                .isEqualTo("Data set plays is registered: 2 files, 1.12 MB, 1.12M tokens (bytes/1)\n");
    }

    @Test
    void datasetListShowsATable() {
        api.on("GET /api/v1/datasets?limit=100", 200, Samples.page("""
                {"name": "plays", "path": "/data", "manifestSha256": "ab", "tokenizer": "bytes/1", "files": 2,
                 "bytes": 12000, "tokens": 12000, "createdAt": "2026-01-01T00:00:00Z"}"""));

        assertThat(terminal.run("dataset", "list")).isZero();
        assertThat(terminal.out()).isEqualTo("""
                NAME   FILES     SIZE  TOKENS  TOKENIZER  PATH
                plays      2  12.0 kB     12k  bytes/1    /data
                """);
    }

    @Test
    void frontierPassesItsAxesOnAndDraws() {
        api.on("GET /api/v1/sweeps?name=demo", 200, Samples.page(Samples.succeeded()))
                .on(
                        "GET /api/v1/frontiers?sweep=" + Samples.ID + "&tokens=2000000&x=packedSizeBytes&y=loss",
                        200,
                        Samples.frontier());
        Path drawing = folder.resolve("out.svg");

        assertThat(terminal.run(
                        "frontier",
                        "demo",
                        "--tokens",
                        "2M",
                        "--x",
                        "packedSizeBytes",
                        "--y",
                        "loss",
                        "--svg",
                        drawing.toString()))
                .isZero();

        assertThat(terminal.out()).contains("14 of 37 points");
        assertThat(drawing).content().startsWith("<svg ").contains("demo");
        assertThat(terminal.err()).contains(drawing.toString());
    }

    @Test
    void wrongOptionsAreWrongUsage() {
        assertThat(terminal.run()).isEqualTo(2);
        assertThat(terminal.run("frontier", "demo", "--tokens", "none")).isEqualTo(2);
        assertThat(terminal.run("frontier", "demo", "--tokens", "0")).isEqualTo(2);
        assertThat(terminal.run("runs", "--state", "SLEEPING")).isEqualTo(2);
        assertThat(terminal.run("runs", "--limit", "1001")).isEqualTo(2);
        assertThat(terminal.run("show", "twelve")).isEqualTo(2);
        assertThat(terminal.run("sweeps", "--url", "localhost")).isEqualTo(2);
        assertThat(terminal.run("dance")).isEqualTo(2);
        assertThat(api.requests()).isEmpty();
    }

    @Test
    void anotherProgramAtTheAddressIsRecognised() {
        assertThat(terminal.run("sweeps")).isEqualTo(1);
        assertThat(terminal.err()).contains("answered 404, and not as Bitfrontier does");
    }

    @Test
    void aServiceThatDoesNotRunIsOneSentence() {
        URI nobody = api.url();
        api.close();

        assertThat(terminal.run("sweeps")).isEqualTo(1);
        assertThat(terminal.err())
                .isEqualTo("bitfrontier: Nothing answers at " + nobody
                        + ": start the service with './bitfrontier serve', or name another address with --url.\n");
    }
}
