package io.bitfrontier.service.scale;

import io.bitfrontier.service.worker.Token;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Completion;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import io.bitfrontier.vocabulary.work.EvaluationResult;
import io.bitfrontier.vocabulary.work.EvaluationResult.Metric;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A worker whose runs take no time: it claims over HTTP, does nothing, and completes. What is left is the orchestration alone. It
 * goes on from what it holds, as the real one does.
 */
final class IdleWorker {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Completion MEASURED =
            new Completion(0, null, new EvaluationResult(List.of(new Metric("loss", 2.0, 0.01, 100, null)), List.of()));

    private final HttpClient http;
    private final UUID id = UUID.randomUUID();
    private final Token token = Token.generate();
    private @Nullable String holdingTrajectory;
    private @Nullable Long holdingTokens;

    IdleWorker(HttpClient http, Workers workers) {
        this.http = http;
        boolean room = workers.register(
                new Workers.Registration(id, "local", "benchmark", "local", 0, token), Integer.MAX_VALUE);
        if (!room) {
            throw new IllegalStateException("no room for a worker");
        }
    }

    /** Asks a replica for work; empty when nothing fits now. */
    Optional<Assignment> claim(URI service) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = post(
                service.resolve("/api/v1/workers/" + id + "/claims"),
                token.secret(),
                new ClaimRequest(holdingTrajectory, holdingTokens, "cpu: none"));
        return switch (answer.statusCode()) {
            case 200 -> Optional.of(JSON.readValue(answer.body(), Assignment.class));
            case 204 -> Optional.empty();
            default -> throw refused(answer);
        };
    }

    void complete(URI service, Assignment attempt) throws IOException, InterruptedException {
        TrainWork train = attempt.train();
        Completion completion = MEASURED;
        if (train != null) {
            String fingerprint = train.trajectory().fingerprint();
            String uri = attempt.artifactUri() + "/state-" + train.toTokens();
            completion = new Completion(
                    0, new StoredCheckpoint(uri, "ab".repeat(32), train.toTokens(), fingerprint, 10), null);
            holdingTrajectory = fingerprint;
            holdingTokens = train.toTokens();
        }
        HttpResponse<byte[]> answer = post(
                service.resolve("/api/v1/attempts/" + attempt.attemptId() + "/completion"),
                attempt.token(),
                completion);
        if (answer.statusCode() != 204) {
            throw refused(answer);
        }
    }

    private HttpResponse<byte[]> post(URI uri, String bearer, Object message) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(uri)
                        .header("Authorization", "Bearer " + bearer)
                        .header(WorkerProtocol.VERSION_HEADER, Integer.toString(WorkerProtocol.VERSION))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(message)))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private static IllegalStateException refused(HttpResponse<byte[]> answer) {
        return new IllegalStateException(
                answer.statusCode() + " " + new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8));
    }
}
