package io.bitfrontier.service.launch.kubernetes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * As much of an API server as a client with informers notices: resource versions, conflicts, lists by label, watches that expire,
 * and answers that nobody hopes for. It validates nothing and runs nothing; that is for a real one to show.
 */
final class FakeApi implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** One change of an object, as watches tell it. */
    private record Event(long version, String path, String type, ObjectNode object) {}

    /** What a request is answered instead of being served. */
    record Fault(int status, String message, @Nullable String retryAfter) {}

    private final Map<String, ObjectNode> objects = new LinkedHashMap<>();
    private final List<Event> events = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();
    private final Map<String, String> logs = new LinkedHashMap<>();
    private final Map<Predicate<String>, Fault> faults = new LinkedHashMap<>();
    private int port;
    private long version = 100;
    private long compactedTo;
    private int connection;
    private @Nullable HttpServer server;
    private @Nullable ExecutorService threads;

    FakeApi() {
        start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Answers again, at the same port. */
    synchronized void start() {
        try {
            HttpServer fresh = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
            port = fresh.getAddress().getPort();
            threads = Executors.newCachedThreadPool(task -> {
                Thread thread = new Thread(task, "fake-api");
                thread.setDaemon(true);
                return thread;
            });
            fresh.setExecutor(threads);
            fresh.createContext("/", this::handle);
            fresh.start();
            server = fresh;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Connections are refused and watches end. */
    synchronized void stop() {
        closeWatches();
        if (server != null) {
            server.stop(0);
            server = null;
        }
        if (threads != null) {
            threads.shutdownNow();
        }
    }

    @Override
    public void close() {
        stop();
    }

    /** Ends every open watch as a server does that has kept it long enough. */
    synchronized void closeWatches() {
        connection++;
        notifyAll();
    }

    /** Forgets the past: who watches from it is told 410. */
    synchronized void compact() {
        compactedTo = version;
        events.clear();
    }

    /** Requests such as {@code POST /apis/batch/v1/namespaces/training/jobs} are answered so until {@link #heal}. */
    synchronized void fail(Predicate<String> request, Fault fault) {
        faults.put(request, fault);
    }

    synchronized void heal() {
        faults.clear();
    }

    synchronized List<String> requests() {
        return List.copyOf(requests);
    }

    synchronized void log(String pod, String text) {
        logs.put(pod, text);
    }

    synchronized ObjectNode object(String path) {
        ObjectNode object = objects.get(path);
        if (object == null) {
            throw new IllegalArgumentException("no " + path);
        }
        return object;
    }

    synchronized List<String> paths() {
        return List.copyOf(objects.keySet());
    }

    /** Stores an object as some controller would, new or changed. */
    synchronized void put(String path, String json) {
        ObjectNode object = (ObjectNode) JSON.readTree(json);
        store(path, object, objects.containsKey(path) ? "MODIFIED" : "ADDED");
    }

    synchronized void remove(String path) {
        ObjectNode object = objects.remove(path);
        if (object != null) {
            ObjectNode last = object.deepCopy();
            change(path, last, "DELETED");
        }
    }

    private void store(String path, ObjectNode object, String type) {
        objects.put(path, object);
        change(path, object, type);
    }

    private void change(String path, ObjectNode object, String type) {
        version++;
        ObjectNode metadata = (ObjectNode) object.get("metadata");
        metadata.put("resourceVersion", Long.toString(version));
        if (!metadata.has("uid")) {
            metadata.put("uid", "uid-" + version);
        }
        events.add(new Event(version, path, type, object.deepCopy()));
        notifyAll();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String request = exchange.getRequestMethod() + " " + path;
        Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if ("true".equals(query.get("watch"))) {
            request = "WATCH " + path;
        }
        Fault fault = note(request);
        if (fault != null) {
            if (fault.retryAfter() != null) {
                exchange.getResponseHeaders().add("Retry-After", fault.retryAfter());
            }
            answer(exchange, fault.status(), status(fault.status(), fault.message()));
        } else if (request.startsWith("WATCH")) {
            watch(exchange, path, query);
        } else {
            serve(exchange, request, path, query, body);
        }
    }

    private synchronized @Nullable Fault note(String request) {
        requests.add(request);
        return faults.entrySet().stream()
                .filter(fault -> fault.getKey().test(request))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    private void serve(HttpExchange exchange, String request, String path, Map<String, String> query, String body)
            throws IOException {
        int code = 200;
        String answer;
        synchronized (this) {
            String method = request.substring(0, request.indexOf(' '));
            if (path.endsWith("/log")) {
                String log = logs.get(path.substring(0, path.length() - "/log".length()));
                code = log == null ? 404 : 200;
                answer = log == null ? status(404, "no log") : log;
            } else if (method.equals("POST")) {
                ObjectNode object = (ObjectNode) JSON.readTree(body);
                String place = path + "/" + object.at("/metadata/name").asString();
                if (objects.containsKey(place)) {
                    code = 409;
                    answer = status(409, place + " already exists");
                } else {
                    store(place, object, "ADDED");
                    code = 201;
                    answer = object.toString();
                }
            } else if (method.equals("DELETE") && objects.containsKey(path)) {
                remove(path);
                answer = status(200, "");
            } else if (objects.containsKey(path)) {
                answer = String.valueOf(objects.get(path));
            } else if (path.matches(".*/(jobs|pods|secrets|events)")) {
                answer = list(path, query);
            } else {
                code = 404;
                answer = status(404, path + " not found");
            }
        }
        answer(exchange, code, answer);
    }

    private String list(String path, Map<String, String> query) {
        ObjectNode list = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "List");
        list.putObject("metadata").put("resourceVersion", Long.toString(version));
        var items = list.putArray("items");
        objects.forEach((place, object) -> {
            if (isIn(path, place) && matches(object, query.get("labelSelector"))) {
                items.add(object);
            }
        });
        return list.toString();
    }

    private void watch(HttpExchange exchange, String path, Map<String, String> query) throws IOException {
        long from = Long.parseLong(query.getOrDefault("resourceVersion", "0"));
        int mine;
        synchronized (this) {
            mine = connection;
        }
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            out.flush();
            while (true) {
                List<Event> news = new ArrayList<>();
                boolean expired;
                synchronized (this) {
                    while (mine == connection && version <= from) {
                        wait();
                    }
                    if (mine != connection) {
                        return;
                    }
                    expired = from < compactedTo;
                    for (Event event : events) {
                        if (event.version() > from
                                && isIn(path, event.path())
                                && matches(event.object(), query.get("labelSelector"))) {
                            news.add(event);
                        }
                    }
                    from = version;
                }
                if (expired) {
                    write(out, "ERROR", (ObjectNode) JSON.readTree(status(410, "too old resource version")));
                    return;
                }
                for (Event event : news) {
                    write(out, event.type(), event.object());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(OutputStream out, String type, ObjectNode object) throws IOException {
        ObjectNode line = JSON.createObjectNode().put("type", type);
        line.set("object", object);
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static boolean isIn(String collection, String place) {
        return place.startsWith(collection + "/") && place.indexOf('/', collection.length() + 1) < 0;
    }

    private static boolean matches(JsonNode object, @Nullable String selector) {
        if (selector == null || selector.isEmpty()) {
            return true;
        }
        String[] term = selector.split("=", 2);
        return object.path("metadata").path("labels").path(term[0]).asString("").equals(term[1]);
    }

    private static String status(int code, String message) {
        return JSON.createObjectNode()
                .put("apiVersion", "v1")
                .put("kind", "Status")
                .put("status", code < 400 ? "Success" : "Failure")
                .put("message", message)
                .put("code", code)
                .toString();
    }

    private static void answer(HttpExchange exchange, int code, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", body.startsWith("{") ? "application/json" : "text/plain");
        exchange.sendResponseHeaders(code, bytes.length == 0 ? -1 : bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    private static Map<String, String> query(@Nullable String raw) {
        Map<String, String> query = new LinkedHashMap<>();
        for (String pair : raw == null ? new String[0] : raw.split("&")) {
            String[] parts = pair.split("=", 2);
            query.put(parts[0], java.net.URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return query;
    }
}
