package io.bitfrontier.service.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Completion;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Failure;
import io.bitfrontier.vocabulary.work.EvaluationResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A person with the REST API, and workers that do what there is without training anything. */
public final class Sweeping {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final EvaluationResult RESULT = new EvaluationResult(
            List.of(new EvaluationResult.Metric(EvaluationResult.LOSS, 2.5, 0.1, 10, null)), List.of());

    private final MockMvc http;
    private final Workers workers;

    public Sweeping(MockMvc http, Workers workers) {
        this.http = http;
        this.workers = workers;
    }

    /** Status and body of an answer. */
    public record Answer(int status, JsonNode body) {
        public UUID id() {
            return UUID.fromString(body.path("id").asString());
        }

        public String state() {
            return body.path("state").asString();
        }

        public String detail() {
            return body.path("detail").asString("");
        }

        public int runs(String state) {
            return body.path("progress").path("runs").path(state).asInt();
        }
    }

    /** Stores a sweep; fails where it is refused. */
    public UUID submit(String document) {
        Answer answer = post("/api/v1/sweeps", document);
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(201);
        return answer.id();
    }

    public Answer post(String path, String document) {
        return send(HttpMethod.POST, path, "application/yaml", document);
    }

    public Answer patch(String path, String json) {
        return send(HttpMethod.PATCH, path, "application/json", json);
    }

    public Answer put(String path, String json) {
        return send(HttpMethod.PUT, path, "application/json", json);
    }

    public Answer send(HttpMethod method, String path) {
        return send(method, path, null, "");
    }

    public Answer get(String path) {
        return send(HttpMethod.GET, path);
    }

    public Answer sweep(UUID id) {
        return get("/api/v1/sweeps/" + id);
    }

    private Answer send(HttpMethod method, String path, @org.jspecify.annotations.Nullable String type, String body) {
        var request = MockMvcRequestBuilders.request(method, path);
        if (type != null) {
            request.contentType(MediaType.parseMediaType(type)).content(body);
        }
        try {
            MockHttpServletResponse response = http.perform(request).andReturn().getResponse();
            return new Answer(response.getStatus(), JSON.readTree(response.getContentAsString()));
        } catch (Exception e) {
            throw new AssertionError("the request itself failed", e);
        }
    }

    /** An attempt and the worker that has it. */
    public record Working(ProtocolClient worker, Assignment assignment) {
        /** Its results are stored. */
        public void complete() {
            ProtocolClient.Answer answer = assignment.train() != null
                    ? worker.complete(assignment)
                    : worker.send(assignment, "completion", new Completion(0, null, RESULT));
            assertThat(answer.status()).as(answer.body()).isEqualTo(204);
        }

        public void fail(String failureClass) {
            worker.send(assignment, "failure", new Failure(failureClass, "it went wrong"));
        }
    }

    /** A new worker's claim; empty when there is nothing for it. */
    public Optional<Working> claim() {
        ProtocolClient worker = ProtocolClient.aWorker(http, workers);
        int status = worker.tryClaim(new ClaimRequest(null, null)).status();
        return status == 204 ? Optional.empty() : Optional.of(new Working(worker, worker.claim()));
    }

    /**
     * Does everything that can be claimed.
     *
     * @return the runs that were done, in their order
     */
    public List<Long> doAll() {
        List<Long> done = new ArrayList<>();
        for (Optional<Working> next = claim(); next.isPresent(); next = claim()) {
            next.get().complete();
            done.add(next.get().assignment().runId());
        }
        return done;
    }
}
