package io.bitfrontier.service.launch.local;

import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Completion;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import tools.jackson.databind.json.JsonMapper;

/**
 * A process that speaks the worker protocol and trains nothing. The first attempt of a run waits to be killed; later ones
 * complete. With no work it leaves.
 */
public final class TinyWorker {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private TinyWorker() {}

    public static void main(String[] arguments) throws Exception {
        String claims = "/api/v1/workers/" + System.getenv(WorkerProtocol.ENV_WORKER_ID) + "/claims";
        while (true) {
            HttpResponse<String> answer =
                    post(claims, System.getenv(WorkerProtocol.ENV_WORKER_TOKEN), new ClaimRequest(null, null));
            if (answer.statusCode() != 200) {
                System.exit(answer.statusCode() == 204 ? WorkerProtocol.EXIT_DONE : WorkerProtocol.EXIT_PLATFORM);
            }
            work(JSON.readValue(answer.body(), Assignment.class));
        }
    }

    private static void work(Assignment assignment) throws Exception {
        if (assignment.artifactUri().contains("attempt-1")) {
            Path mark = Path.of(System.getenv(WorkerProtocol.ENV_WORKER_SCRATCH), "waiting");
            Files.writeString(mark, Long.toString(ProcessHandle.current().pid()));
            new CountDownLatch(1).await();
        }
        TrainWork train = assignment.train();
        if (train == null) {
            System.exit(WorkerProtocol.EXIT_PLATFORM);
            return;
        }
        StoredCheckpoint end = new StoredCheckpoint(
                assignment.artifactUri() + "/end",
                "ab".repeat(32),
                train.toTokens(),
                train.trajectory().fingerprint(),
                1);
        post(
                "/api/v1/attempts/" + assignment.attemptId() + "/completion",
                assignment.token(),
                new Completion(0, end, null));
    }

    private static HttpResponse<String> post(String path, String token, Object body) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(System.getenv(WorkerProtocol.ENV_SERVICE_URL) + path))
                        .header("Authorization", "Bearer " + token)
                        .header(WorkerProtocol.VERSION_HEADER, Integer.toString(WorkerProtocol.VERSION))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
