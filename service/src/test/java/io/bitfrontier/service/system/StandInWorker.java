package io.bitfrontier.service.system;

import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.CheckpointReport;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Completion;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Failure;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Heartbeat;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.HeartbeatReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricBatch;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A process that speaks the worker protocol, repeats what was not answered, and trains nothing: its loss is a function of the
 * tokens. Some runs fail until the service has answered that it knows, others end their process once: marks in the scratch
 * directory say which have, since an attempt that is lost on the way there does not count. Which these are follows from the
 * run's id modulo 4. Runs of more than {@link #SHORT} tokens go on until the file {@code gate} stands in that directory.
 */
public final class StandInWorker {
    /** Tokens of its own that a run may have without waiting for the gate. */
    static final long SHORT = 1_000;

    /** Tokens of one that waits. */
    static final long GATED = 2 * SHORT;

    static final String GATE = "gate";
    private static final long STEP = 100;
    private static final long IDLE_ROUNDS = 20;
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private StandInWorker() {}

    private static boolean fails(long run) {
        return run % 4 == 2;
    }

    private static boolean endsItsProcess(long run) {
        return run % 4 == 3;
    }

    static double lossAt(long tokens) {
        return 1.0 / (1 + tokens);
    }

    public static void main(String[] arguments) throws Exception {
        String claims = "/api/v1/workers/" + System.getenv(WorkerProtocol.ENV_WORKER_ID) + "/claims";
        for (int idle = 0; idle < IDLE_ROUNDS; idle++) {
            HttpResponse<String> answer = post(claims, token(), new ClaimRequest(null, null));
            if (answer.statusCode() == 200) {
                new Work(JSON.readValue(answer.body(), Assignment.class)).execute();
                idle = 0;
            } else if (answer.statusCode() != 204) {
                System.exit(WorkerProtocol.EXIT_DONE);
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static String token() {
        return Objects.requireNonNull(System.getenv(WorkerProtocol.ENV_WORKER_TOKEN), "the worker's token");
    }

    private static final class Work {
        private final Assignment assignment;
        private final TrainWork train;
        private long sequence;

        Work(Assignment assignment) {
            this.assignment = assignment;
            this.train = Objects.requireNonNull(assignment.train(), "only trains");
        }

        void execute() throws Exception {
            StoredCheckpoint resume = train.resume();
            long start = resume == null ? train.fromTokens() : resume.tokens();
            long gate = train.fromTokens() + SHORT;
            long half = (train.fromTokens() + gate) / 2;
            for (long tokens = start + STEP; tokens <= train.toTokens(); tokens += STEP) {
                if (!report("metrics", new MetricBatch(++sequence, start, List.of(row(tokens))))) {
                    return;
                }
                if (tokens == half && !report("checkpoints", new CheckpointReport(checkpoint("on-the-way", tokens)))) {
                    return;
                }
                if (tokens > half && fails(assignment.runId()) && !Files.exists(mark("failed"))) {
                    if (report("failure", new Failure(FailureClass.PREEMPTED.name(), "as planned"))) {
                        Files.createFile(mark("failed"));
                    }
                    return;
                }
                if (tokens > half && endsItsProcess(assignment.runId()) && !Files.exists(mark("ended"))) {
                    Files.createFile(mark("ended"));
                    Runtime.getRuntime().halt(1);
                }
                while (tokens > gate && !Files.exists(scratch().resolve(GATE))) {
                    if (!beat(tokens)) {
                        return;
                    }
                }
                if (!beat(tokens)) {
                    return;
                }
            }
            report("completion", new Completion(sequence, checkpoint("end", train.toTokens()), null));
        }

        private Path mark(String what) {
            return scratch().resolve(what + "-" + assignment.runId());
        }

        private static MetricRow row(long tokens) {
            return new MetricRow(tokens, tokens / STEP, lossAt(tokens), 1e-3, 1, 1, 1);
        }

        private StoredCheckpoint checkpoint(String name, long tokens) throws IOException {
            Path directory = Path.of(URI.create(assignment.artifactUri())).resolve(name);
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("weights"), Long.toString(tokens));
            return new StoredCheckpoint(
                    directory.toUri().toString(),
                    "ab".repeat(32),
                    tokens,
                    train.trajectory().fingerprint(),
                    1);
        }

        private boolean beat(long tokens) throws Exception {
            TimeUnit.MILLISECONDS.sleep(20);
            HttpResponse<String> answer = send("heartbeat", new Heartbeat(tokens));
            if (answer.statusCode() != 200) {
                return false;
            }
            if (JSON.readValue(answer.body(), HeartbeatReply.class)
                    .command()
                    .equals(HeartbeatReply.CHECKPOINT_AND_LEAVE)) {
                report("failure", new Failure(FailureClass.PREEMPTED.name(), "asked to leave"));
                System.exit(WorkerProtocol.EXIT_PREEMPTED);
            }
            return true;
        }

        /** Whether the attempt may go on. */
        private boolean report(String what, Object body) throws Exception {
            return send(what, body).statusCode() / 100 == 2;
        }

        private HttpResponse<String> send(String what, Object body) throws Exception {
            return post("/api/v1/attempts/" + assignment.attemptId() + "/" + what, assignment.token(), body);
        }
    }

    private static Path scratch() {
        return Path.of(Objects.requireNonNull(System.getenv(WorkerProtocol.ENV_WORKER_SCRATCH), "the scratch"));
    }

    /** Asks until there is an answer, for two minutes. */
    private static HttpResponse<String> post(String path, String token, Object body) throws Exception {
        @Nullable IOException away = null;
        for (int attempt = 0; attempt < 1_200; attempt++) {
            try {
                HttpResponse<String> answer = HTTP.send(
                        HttpRequest.newBuilder(URI.create(System.getenv(WorkerProtocol.ENV_SERVICE_URL) + path))
                                .header("Authorization", "Bearer " + token)
                                .header(WorkerProtocol.VERSION_HEADER, Integer.toString(WorkerProtocol.VERSION))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() < 500) {
                    return answer;
                }
            } catch (IOException e) {
                away = e;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        throw new IOException("the service does not answer", away);
    }
}
