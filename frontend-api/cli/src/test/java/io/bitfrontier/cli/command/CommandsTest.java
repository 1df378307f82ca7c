package io.bitfrontier.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.cli.FakeApi;
import io.bitfrontier.cli.Samples;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class CommandsTest extends CommandFixture {
    private static final String VIOLATIONS = """
            {"type": "https://bitfrontier.io/problems/invalid_document", "title": "Invalid document", "status": 400,
             "code": "INVALID_DOCUMENT", "detail": "The sweep document has 2 violations",
             "violations": [
               {"path": "grid.precision[2]", "value": "5", "message": "not one of 1, 1.58, 2, 3, 4, 16"},
               {"path": "name", "message": "is missing"}]}""";

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
