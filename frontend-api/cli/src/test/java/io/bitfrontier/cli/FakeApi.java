package io.bitfrontier.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A REST service that answers what it was told to; the last answer of a request repeats. */
public final class FakeApi implements AutoCloseable {
    private final HttpServer server;
    private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();

    /** What came in. */
    public record Request(String line, String contentType, String body) {}

    private record Answer(int status, String type, String body, String retryAfter) {
        Answer(int status, String type, String body) {
            this(status, type, body, "");
        }
    }

    public FakeApi() {
        this(0);
    }

    public FakeApi(int port) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        server.createContext("/", this::answer);
        server.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + port());
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** The next answer to a request line such as {@code GET /api/v1/runs?limit=100}. */
    public FakeApi on(String line, int status, String body) {
        String type = status >= 400 ? "application/problem+json" : "application/json";
        return on(line, status, type, body);
    }

    public FakeApi on(String line, int status, String type, String body) {
        answers.computeIfAbsent(line, l -> new ArrayDeque<>()).add(new Answer(status, type, body));
        return this;
    }

    /** One answer of a service that cannot answer now; without a Retry-After where that is empty. */
    public FakeApi unavailable(String line, String retryAfter) {
        String problem = "{\"title\":\"Unavailable\",\"status\":503,\"detail\":\"The database does not answer\","
                + "\"code\":\"UNAVAILABLE\"}";
        answers.computeIfAbsent(line, l -> new ArrayDeque<>())
                .add(new Answer(503, "application/problem+json", problem, retryAfter));
        return this;
    }

    public List<Request> requests() {
        return requests;
    }

    /** The Authorization header of each request, empty where there was none. */
    public List<String> authorizations() {
        return authorizations;
    }

    public List<String> lines() {
        return requests.stream().map(Request::line).toList();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String sent = exchange.getRequestHeaders().getFirst("Content-Type");
        String proof = exchange.getRequestHeaders().getFirst("Authorization");
        authorizations.add(proof == null ? "" : proof);
        requests.add(new Request(line, sent == null ? "" : sent, body));
        Deque<Answer> left = answers.get(line);
        Answer answer = left == null
                ? new Answer(404, "text/html", "<h1>nothing here: " + line + "</h1>")
                : left.size() > 1 ? left.remove() : left.element();
        byte[] bytes = answer.body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", answer.type);
        if (!answer.retryAfter.isEmpty()) {
            exchange.getResponseHeaders().set("Retry-After", answer.retryAfter);
        }
        exchange.sendResponseHeaders(answer.status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
