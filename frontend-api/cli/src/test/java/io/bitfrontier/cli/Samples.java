package io.bitfrontier.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Answers as the service gives them. */
public final class Samples {
    public static final String ID = "0197a3c2-0000-7000-8000-00000000abcd";

    private Samples() {}

    public static String sweep(String state, String progress) {
        return """
                {"id": "%s", "name": "demo", "project": "default", "submitter": "local", "state": "%s",
                 "createdAt": "2026-01-01T00:00:00Z",
                 "plan": {"points": 36, "runs": 70, "tokensAlone": 54000000, "tokensParentReused": 21600000,
                          "tokensPlanned": 9000000},
                 "progress": %s, "document": {"name": "demo"}}""".formatted(ID, state, progress);
    }

    public static String running(int done, long tokens) {
        return sweep("RUNNING", """
                {"runs": {"SUCCEEDED": %d, "RUNNING": 2, "READY": 3, "PLANNED": %d}, "tokensPlanned": 9000000,
                 "tokensDone": %d, "tokensPerSecond": 98123.4, "secondsLeft": 84.2}""".formatted(done, 65 - done, tokens));
    }

    public static String succeeded() {
        return sweep(
                "SUCCEEDED", "{\"runs\": {\"SUCCEEDED\": 70}, \"tokensPlanned\": 9000000, \"tokensDone\": 9000000}");
    }

    public static String failed() {
        return sweep("FAILED", """
                {"runs": {"SUCCEEDED": 68, "FAILED": 2}, "tokensPlanned": 9000000, "tokensDone": 8000000,
                 "failures": [{"run": 7, "failureClass": "DIVERGENCE", "message": "The loss became NaN at step 40"},
                              {"run": 8, "failureClass": "USER", "message": "The parent failed"}]}""");
    }

    public static String page(String item) {
        return "{\"items\": [" + item + "]}";
    }

    /** A frontier of 37 points and 14 members, sizes from 3 kB to 337 kB. */
    public static String frontier() {
        return resource("chart/frontier.json");
    }

    public static String resource(String name) {
        try (InputStream in = Samples.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
