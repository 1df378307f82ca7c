package io.bitfrontier.service.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.worker.Token;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Completion;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.EvaluateWork;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricBatch;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.springframework.http.MediaType;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A worker, as the service sees one: it speaks the protocol through the real routes. */
public final class ProtocolClient {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final MockMvc http;
    private final UUID id;
    private final Token token;

    private ProtocolClient(MockMvc http, UUID id, Token token) {
        this.http = http;
        this.id = id;
        this.token = token;
    }

    /** Registers a worker of the class {@code local}. */
    public static ProtocolClient aWorker(MockMvc http, Workers workers) {
        ProtocolClient client = new ProtocolClient(http, UUID.randomUUID(), Token.generate());
        workers.register(
                new Workers.Registration(client.id, "local", "test", "local", 0, client.token), Integer.MAX_VALUE);
        return client;
    }

    /** Status and body of an answer. */
    public record Answer(int status, String body) {
        public JsonNode json() {
            return JSON.readTree(body);
        }

        public String code() {
            return json().path("code").asString("");
        }
    }

    public UUID id() {
        return id;
    }

    /** The worker's token. */
    public String secret() {
        return token.secret();
    }

    public Answer tryClaim(ClaimRequest request) {
        return post("/api/v1/workers/" + id + "/claims", token.secret(), JSON.writeValueAsString(request));
    }

    public Assignment claim() {
        return claim(new ClaimRequest(null, null));
    }

    public Assignment claim(ClaimRequest request) {
        Answer answer = tryClaim(request);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return JSON.readValue(answer.body(), Assignment.class);
    }

    /** Sends {@code message} to an endpoint of the attempt. */
    public Answer send(Assignment attempt, String endpoint, Object message) {
        return sendText(attempt, endpoint, JSON.writeValueAsString(message));
    }

    public Answer sendText(Assignment attempt, String endpoint, String json) {
        return post("/api/v1/attempts/" + attempt.attemptId() + "/" + endpoint, attempt.token(), json);
    }

    /** Completes a train run with a checkpoint at its end. */
    public Answer complete(Assignment attempt) {
        return send(attempt, "completion", new Completion(0, checkpoint(attempt, end(attempt)), null));
    }

    /** What is to be trained; fails where there is nothing. */
    public static TrainWork training(Assignment attempt) {
        return Objects.requireNonNull(attempt.train(), "not a train run");
    }

    /** What is to be measured; fails where there is nothing. */
    public static EvaluateWork evaluation(Assignment attempt) {
        return Objects.requireNonNull(attempt.evaluate(), "not an evaluate run");
    }

    public static long end(Assignment attempt) {
        return attempt.train() == null ? 0 : attempt.train().toTokens();
    }

    /** A checkpoint in the attempt's directory. */
    public static StoredCheckpoint checkpoint(Assignment attempt, long tokens) {
        String fingerprint =
                attempt.train() == null ? "" : attempt.train().trajectory().fingerprint();
        return new StoredCheckpoint(
                attempt.artifactUri() + "/state-" + tokens, "ab".repeat(32), tokens, fingerprint, 10);
    }

    public static MetricBatch batch(long sequence, int rows) {
        List<MetricRow> list = new ArrayList<>();
        for (int i = 1; i <= rows; i++) {
            long step = (sequence - 1) * rows + i;
            list.add(new MetricRow(step * 100, step, 2.5, 1e-3, 0.5, 1000, 1 << 20));
        }
        return new MetricBatch(sequence, 0, list);
    }

    public Answer post(String path, String bearer, String json) {
        try {
            MockHttpServletResponse response = http.perform(MockMvcRequestBuilders.post(path)
                            .header("Authorization", "Bearer " + bearer)
                            .header(WorkerProtocol.VERSION_HEADER, "1")
                            .contentType(MediaType.APPLICATION_JSON)
                            .content(json))
                    .andReturn()
                    .getResponse();
            return new Answer(response.getStatus(), response.getContentAsString());
        } catch (Exception e) {
            throw new AssertionError("the request itself failed", e);
        }
    }
}
