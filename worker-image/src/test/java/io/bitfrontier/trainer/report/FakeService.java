package io.bitfrontier.trainer.report;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.CheckpointReport;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Completion;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.DownloadReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.DownloadRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Failure;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.HeartbeatReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.LogChunk;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricBatch;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadedParts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The service's side of the worker protocol in memory, with failures by script: the next calls of an endpoint. */
final class FakeService implements AutoCloseable {
    static final UUID WORKER = UUID.fromString("6f8a1c52-5d1b-4a57-9a43-0f3f6b1d0c11");
    static final String WORKER_TOKEN = "worker-token";
    static final long ATTEMPT = 17;
    static final String ATTEMPT_TOKEN = "attempt-token";

    /** What becomes of a request. */
    enum Fault {
        /** The connection breaks before the request is understood. */
        AWAY,
        /** The request is obeyed and the connection breaks before the answer. */
        ANSWER_LOST,
        /** 503, as from a proxy in front of a service that is starting. */
        UNAVAILABLE,
        FENCED,
        UNAUTHORIZED,
        /** 400, as for a message that the service does not understand. */
        REFUSED
    }

    final Deque<Assignment> work = new ArrayDeque<>();
    final List<ClaimRequest> claims = new ArrayList<>();
    final List<MetricRow> rows = new ArrayList<>();
    final List<Long> resumedFrom = new ArrayList<>();
    final List<String> logText = new ArrayList<>();
    final List<Completion> completions = new ArrayList<>();
    final List<Failure> failures = new ArrayList<>();
    /** Everything that was obeyed, in order: {@code metrics 1}, {@code checkpoint 2048}, {@code completion}, … */
    final List<String> obeyed = new ArrayList<>();

    final List<String> complaints = new ArrayList<>();
    /** Where files of {@code s3:} URIs lie. */
    final FakeObjectStore store = new FakeObjectStore();

    String heartbeatCommand = HeartbeatReply.CONTINUE;
    int statusWithoutWork = 410;
    long leaseSeconds = Fixtures.LEASE_SECONDS;
    /** Whether nothing reaches it and no answer leaves it. */
    volatile boolean cutOff;

    private final JsonMapper json = JsonMapper.builder().build();
    private final Map<String, Deque<Fault>> faults = new LinkedHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private long metricsThrough;
    /** Rows up to and with each batch. */
    private final Map<Long, Integer> rowsThrough = new HashMap<>();

    private long logThrough;

    FakeService() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    ServiceClient client() {
        return new ServiceClient(url(), WORKER, WORKER_TOKEN);
    }

    /** The next {@code times} requests to {@code endpoint} meet {@code fault}. */
    synchronized FakeService fault(String endpoint, Fault fault, int times) {
        for (int i = 0; i < times; i++) {
            faults.computeIfAbsent(endpoint, e -> new ArrayDeque<>()).add(fault);
        }
        return this;
    }

    /**
     * Another worker has the attempt's run.
     *
     * @return what was obeyed until then
     */
    synchronized List<String> fence() {
        for (String endpoint : List.of("heartbeat", "metrics", "log", "checkpoints", "completion", "failure")) {
            fault(endpoint, Fault.FENCED, 1000);
        }
        return List.copyOf(obeyed);
    }

    /** Forgets metric batches behind {@code sequence}, as a database restored from a backup does. */
    synchronized void loseMetricsBehind(long sequence) {
        metricsThrough = sequence;
        rows.subList(rowsThrough.getOrDefault(sequence, 0), rows.size()).clear();
    }

    /** Waits until a request of this description has been obeyed. */
    synchronized void awaitObeyed(String what) {
        try {
            while (!obeyed.contains(what)) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted before " + what, e);
        }
    }

    /** Nothing is locked while bytes come or go: a client that is frozen half-way through a request keeps only its own thread. */
    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            Answer answer = answer(exchange, body);
            if (answer != null) {
                byte[] bytes = answer.body() == null ? new byte[0] : json.writeValueAsBytes(answer.body());
                exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    /** Null where the client gets none. */
    private synchronized @Nullable Answer answer(HttpExchange exchange, byte[] body) {
        String[] path = exchange.getRequestURI().getPath().split("/", -1);
        String endpoint = path[path.length - 1];
        Deque<Fault> scripted = faults.getOrDefault(endpoint, new ArrayDeque<>());
        Fault fault = scripted.poll();
        if (fault == Fault.AWAY || cutOff) {
            return null;
        }
        Answer answer = fault == null || fault == Fault.ANSWER_LOST
                ? authorized(exchange, path, endpoint, body)
                : refusal(fault);
        notifyAll();
        return fault == Fault.ANSWER_LOST ? null : answer;
    }

    private record Answer(int status, @Nullable Object body) {}

    private static Answer refusal(Fault fault) {
        return switch (fault) {
            case FENCED -> problem(409, WorkerProtocol.CODE_FENCED, 0);
            case UNAUTHORIZED -> problem(401, "UNAUTHORIZED", 0);
            case REFUSED -> problem(400, "INVALID", 0);
            case UNAVAILABLE -> new Answer(503, "the service is starting");
            case AWAY, ANSWER_LOST -> throw new IllegalArgumentException(fault.name());
        };
    }

    private static Answer problem(int status, String code, long expected) {
        Map<String, Object> body = new LinkedHashMap<>(Map.of("status", status, "code", code, "detail", "by script"));
        if (expected > 0) {
            body.put(WorkerProtocol.EXPECTED_SEQUENCE, expected);
        }
        return new Answer(status, body);
    }

    private Answer authorized(HttpExchange exchange, String[] path, String endpoint, byte[] body) {
        boolean worker = path[3].equals("workers");
        String id = worker ? WORKER.toString() : Long.toString(ATTEMPT);
        String token = "Bearer " + (worker ? WORKER_TOKEN : ATTEMPT_TOKEN);
        if (!path[4].equals(id)
                || !token.equals(exchange.getRequestHeaders().getFirst("Authorization"))
                || !"1".equals(exchange.getRequestHeaders().getFirst(WorkerProtocol.VERSION_HEADER))) {
            complaints.add(endpoint + " of " + path[4] + " without its token or version");
            return problem(401, "UNAUTHORIZED", 0);
        }
        return obey(endpoint, body);
    }

    private Answer obey(String endpoint, byte[] body) {
        switch (endpoint) {
            case "claims" -> {
                claims.add(json.readValue(body, ClaimRequest.class));
                Assignment next = work.poll();
                metricsThrough = 0;
                logThrough = 0;
                return next == null ? new Answer(statusWithoutWork, null) : new Answer(200, next);
            }
            case "heartbeat" -> {
                return new Answer(200, new HeartbeatReply(heartbeatCommand, leaseSeconds));
            }
            case "metrics" -> {
                return metrics(json.readValue(body, MetricBatch.class));
            }
            case "log" -> {
                LogChunk chunk = json.readValue(body, LogChunk.class);
                if (chunk.sequence() == logThrough + 1) {
                    logThrough++;
                    logText.add(chunk.text());
                }
            }
            case "checkpoints" ->
                obeyed.add("checkpoint "
                        + json.readValue(body, CheckpointReport.class)
                                .checkpoint()
                                .tokens());
            case "downloads" -> {
                DownloadRequest request = json.readValue(body, DownloadRequest.class);
                return new Answer(200, new DownloadReply(store.urls(request)));
            }
            case "uploads" -> {
                return new Answer(200, store.upload(json.readValue(body, UploadRequest.class)));
            }
            case "uploaded" -> store.assemble(json.readValue(body, UploadedParts.class));
            case "completion" -> {
                Completion completion = json.readValue(body, Completion.class);
                if (completion.lastMetricSequence() > metricsThrough) {
                    return problem(409, WorkerProtocol.CODE_METRICS_MISSING, metricsThrough + 1);
                }
                completions.add(completion);
                obeyed.add("completion");
            }
            case "failure" -> {
                failures.add(json.readValue(body, Failure.class));
                obeyed.add("failure");
            }
            default -> throw new IllegalArgumentException(endpoint);
        }
        return new Answer(204, null);
    }

    private Answer metrics(MetricBatch batch) {
        if (batch.sequence() > metricsThrough + 1) {
            return problem(409, WorkerProtocol.CODE_METRICS_OUT_OF_ORDER, metricsThrough + 1);
        }
        if (batch.sequence() == metricsThrough + 1) {
            metricsThrough++;
            rows.addAll(batch.rows());
            rowsThrough.put(batch.sequence(), rows.size());
            resumedFrom.add(batch.resumedFromTokens());
            obeyed.add("metrics " + batch.sequence());
        }
        return new Answer(200, new MetricReply(metricsThrough));
    }

    @Override
    public void close() {
        store.close();
        server.stop(0);
        threads.shutdownNow();
    }
}
