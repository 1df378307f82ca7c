package io.bitfrontier.trainer.report;

import io.bitfrontier.trainer.report.Reply.Status;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.CheckpointReport;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Completion;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.DownloadReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.DownloadRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Failure;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Heartbeat;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.HeartbeatReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadedParts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Speaks {@link WorkerProtocol} over HTTP/1.1. Answers are values, never exceptions: whoever sends decides whether to try
 * again. Tokens appear in the Authorization header and nowhere else.
 */
final class ServiceClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
    /** An object store may take its time to put the parts of a large file together. */
    private static final Duration ASSEMBLY_TIMEOUT = Duration.ofMinutes(2);

    private final URI serviceUrl;
    private final UUID workerId;
    private final String workerToken;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
    private final JsonMapper json = JsonMapper.builder().build();

    ServiceClient(URI serviceUrl, UUID workerId, String workerToken) {
        this.serviceUrl = serviceUrl;
        this.workerId = workerId;
        this.workerToken = workerToken;
    }

    Reply<Assignment> claim(ClaimRequest request) {
        return post(
                "/api/v1/workers/" + workerId + "/claims",
                workerToken,
                encode(request),
                Assignment.class,
                REQUEST_TIMEOUT);
    }

    AttemptChannel attempt(Assignment assignment) {
        return new AttemptChannel(assignment);
    }

    byte[] encode(Object message) {
        return json.writeValueAsBytes(message);
    }

    /** The endpoints of one attempt, spoken to with its own token. */
    final class AttemptChannel {
        private final String path;
        private final String token;
        private final Duration heartbeatTimeout;

        private AttemptChannel(Assignment assignment) {
            this.path = "/api/v1/attempts/" + assignment.attemptId();
            this.token = assignment.token();
            Duration third = Duration.ofSeconds(Math.max(1, assignment.leaseSeconds() / 3));
            this.heartbeatTimeout = third.compareTo(REQUEST_TIMEOUT) < 0 ? third : REQUEST_TIMEOUT;
        }

        Reply<HeartbeatReply> heartbeat(Heartbeat heartbeat) {
            return post(path + "/heartbeat", token, encode(heartbeat), HeartbeatReply.class, heartbeatTimeout);
        }

        /** Sends an encoded {@link WorkerProtocol.MetricBatch}. */
        Reply<MetricReply> metrics(byte[] batch) {
            return post(path + "/metrics", token, batch, MetricReply.class, REQUEST_TIMEOUT);
        }

        /** Sends an encoded {@link WorkerProtocol.LogChunk}. */
        Reply<Void> log(byte[] chunk) {
            return post(path + "/log", token, chunk, Void.class, REQUEST_TIMEOUT);
        }

        Reply<DownloadReply> download(DownloadRequest request) {
            return post(path + "/downloads", token, encode(request), DownloadReply.class, REQUEST_TIMEOUT);
        }

        Reply<UploadReply> upload(UploadRequest request) {
            return post(path + "/uploads", token, encode(request), UploadReply.class, REQUEST_TIMEOUT);
        }

        Reply<Void> uploaded(UploadedParts parts) {
            return post(path + "/uploaded", token, encode(parts), Void.class, ASSEMBLY_TIMEOUT);
        }

        Reply<Void> checkpoint(CheckpointReport report) {
            return post(path + "/checkpoints", token, encode(report), Void.class, REQUEST_TIMEOUT);
        }

        Reply<Void> complete(Completion completion) {
            return post(path + "/completion", token, encode(completion), Void.class, REQUEST_TIMEOUT);
        }

        Reply<Void> fail(Failure failure) {
            return post(path + "/failure", token, encode(failure), Void.class, REQUEST_TIMEOUT);
        }
    }

    private <T> Reply<T> post(String path, String token, byte[] body, Class<T> answer, Duration timeout) {
        HttpRequest request = HttpRequest.newBuilder(serviceUrl.resolve(path))
                .timeout(timeout)
                .header("Authorization", "Bearer " + token)
                .header(WorkerProtocol.VERSION_HEADER, Integer.toString(WorkerProtocol.VERSION))
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, application/problem+json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        try {
            return read(path, http.send(request, HttpResponse.BodyHandlers.ofByteArray()), answer);
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            return Reply.of(Status.UNREACHABLE, path + ": " + why);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Reply.of(Status.UNREACHABLE, path + ": interrupted");
        }
    }

    private <T> Reply<T> read(String path, HttpResponse<byte[]> response, Class<T> answer) {
        int status = response.statusCode();
        try {
            if (status == 200 && answer != Void.class) {
                return new Reply<>(Status.OK, json.readValue(response.body(), answer), 0, "");
            }
        } catch (JacksonException e) {
            return Reply.of(Status.REFUSED, path + ": the answer is not a " + answer.getSimpleName());
        }
        if (status / 100 == 2) {
            return Reply.of(answer == Void.class ? Status.OK : Status.NOTHING, "");
        }
        JsonNode problem = problem(response.body());
        String code = problem.path("code").asString("");
        String reason =
                path + ": " + status + " " + code + " " + problem.path("detail").asString("");
        long expected = problem.path(WorkerProtocol.EXPECTED_SEQUENCE).asLong(0);
        boolean metrics = code.equals(WorkerProtocol.CODE_METRICS_MISSING)
                || code.equals(WorkerProtocol.CODE_METRICS_OUT_OF_ORDER);
        return new Reply<>(classify(status, code, metrics && expected > 0), null, expected, reason.strip());
    }

    private static Status classify(int status, String code, boolean metrics) {
        if (status == 409 && metrics) {
            return Status.METRICS_REFUSED;
        }
        if (status == 409 && code.equals(WorkerProtocol.CODE_FENCED)) {
            return Status.FENCED;
        }
        return switch (status) {
            case 401 -> Status.UNAUTHORIZED;
            case 410 -> Status.LEAVE;
            case 408, 425, 429 -> Status.UNREACHABLE;
            default -> status >= 500 ? Status.UNREACHABLE : Status.REFUSED;
        };
    }

    private JsonNode problem(byte[] body) {
        try {
            return json.readTree(body);
        } catch (JacksonException e) {
            // a proxy's own page, or nothing at all: the status code has to do
            return json.createObjectNode();
        }
    }
}
