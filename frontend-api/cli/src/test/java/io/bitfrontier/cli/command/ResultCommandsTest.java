package io.bitfrontier.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.cli.Samples;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ResultCommandsTest extends CommandFixture {
    private static final String RUN = """
            {"id": 12, "kind": "train", "state": "RUNNING", "generation": 1, "model": "tiny-44k", "precision": "2",
             "quantizer": "seq", "fromTokens": 1800000, "toTokens": 2000000, "progressTokens": 50000, "attempts": 1,
             "createdAt": "2026-01-01T00:00:00Z"%s}""";

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
}
