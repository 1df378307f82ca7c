package io.bitfrontier.service.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The API server's REST API as one user sees it, in JSON. It shares no code with the client that the service uses, so that tests
 * look at what the service did from outside.
 */
public final class ClusterClient {
    static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final URI server;
    private final String token;
    private final HttpClient http;
    /** Resource lists by group and version. */
    private final Map<String, JsonNode> discovered = new ConcurrentHashMap<>();

    ClusterClient(URI server, SSLContext trust, String token) {
        this.server = server;
        this.token = token;
        this.http = HttpClient.newBuilder()
                .sslContext(trust)
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    /** What the API server answered. */
    public record Answer(int status, JsonNode body) {
        public String message() {
            return body.path("message").asString("");
        }

        /** The body of a success. */
        public JsonNode orThrow() {
            if (status / 100 != 2) {
                throw new IllegalStateException(status + " " + body);
            }
            return body;
        }
    }

    /** An object's change: type ADDED, MODIFIED, DELETED, BOOKMARK, or ERROR with a Status as object. */
    public record Event(String type, JsonNode object) {}

    /** Reads YAML 1.1, as Kubernetes' own tools do, of one or more documents; empty ones are left out. */
    public static List<JsonNode> parse(String yaml) {
        List<JsonNode> documents = new ArrayList<>();
        for (Object document : new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(yaml)) {
            if (document != null) {
                documents.add(JSON.valueToTree(document));
            }
        }
        return documents;
    }

    public JsonNode get(String path) {
        return call("GET", path, null).orThrow();
    }

    /** The object, or empty where there is none. */
    public Optional<JsonNode> find(String path) {
        Answer answer = call("GET", path, null);
        return answer.status() == 404 ? Optional.empty() : Optional.of(answer.orThrow());
    }

    public List<JsonNode> list(String path) {
        List<JsonNode> items = new ArrayList<>();
        get(path).path("items").forEach(items::add);
        return items;
    }

    /** Creates what {@code yaml} describes, in {@code namespace} where it names none. */
    public Answer create(String namespace, String yaml) {
        JsonNode object = parse(yaml).get(0);
        return call("POST", collection(namespace, object), object);
    }

    /** Server-side apply of one object; {@code dryRun} stores nothing. */
    public Answer apply(String namespace, JsonNode object, boolean dryRun) {
        String path = collection(namespace, object) + "/"
                + object.get("metadata").get("name").asString()
                + "?fieldManager=tests&force=true&fieldValidation=Strict"
                + (dryRun ? "&dryRun=All" : "");
        return send("PATCH", path, "application/apply-patch+yaml", object);
    }

    public Answer merge(String path, JsonNode patch) {
        return send("PATCH", path, "application/strategic-merge-patch+json", patch);
    }

    public Answer delete(String path) {
        return call("DELETE", path, null);
    }

    public Answer call(String method, String path, @Nullable JsonNode body) {
        return send(method, path, "application/json", body);
    }

    private Answer send(String method, String path, String contentType, @Nullable JsonNode body) {
        try {
            HttpResponse<String> response = http.send(
                    request(method, path, contentType, body)
                            .timeout(Duration.ofSeconds(20))
                            .build(),
                    BodyHandlers.ofString());
            String text = response.body();
            JsonNode parsed = text.startsWith("{")
                    ? JSON.readTree(text)
                    : JSON.createObjectNode().put("message", text);
            return new Answer(response.statusCode(), parsed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private HttpRequest.Builder request(String method, String path, String contentType, @Nullable JsonNode body) {
        return HttpRequest.newBuilder(server.resolve(path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", contentType)
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.toString()));
    }

    /** Waits until the object at {@code path} is as {@code wanted}, and returns it. */
    public JsonNode await(String path, Predicate<JsonNode> wanted) {
        JsonNode last = JSON.createObjectNode();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            try {
                last = call("GET", path, null).body();
                if (wanted.test(last)) {
                    return last;
                }
                TimeUnit.MILLISECONDS.sleep(100);
            } catch (UncheckedIOException away) {
                // The API server is being restarted.
                last = JSON.createObjectNode().put("message", away.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        throw new AssertionError(path + " did not become as wanted; last seen: " + last.toPrettyString());
    }

    public void awaitGone(String path) {
        await(path, object -> object.path("code").asInt(0) == 404);
    }

    /** Events since {@code resourceVersion}, until closed; reading ends when the server ends the watch. */
    WatchStream watch(String path, String resourceVersion) throws IOException, InterruptedException {
        String query = (path.contains("?") ? "&" : "?") + "watch=true&allowWatchBookmarks=true&resourceVersion="
                + resourceVersion;
        HttpResponse<InputStream> response =
                http.send(request("GET", path + query, "application/json", null).build(), BodyHandlers.ofInputStream());
        return new WatchStream(response.body());
    }

    /** The lines of a watch. */
    static final class WatchStream implements AutoCloseable {
        private final InputStream stream;
        private final BufferedReader lines;

        private WatchStream(InputStream stream) {
            this.stream = stream;
            this.lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
        }

        /** The next event, or empty at the end. A refused watch is one event of type ERROR. */
        Optional<Event> next() throws IOException {
            String line = lines.readLine();
            if (line == null) {
                return Optional.empty();
            }
            // What an API server says that is starting is plain text.
            JsonNode event = line.startsWith("{")
                    ? JSON.readTree(line)
                    : JSON.createObjectNode().put("message", line);
            return Optional.of(
                    event.has("type")
                            ? new Event(event.get("type").asString(), event.get("object"))
                            : new Event("ERROR", event));
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }

    /** The path of all objects of a kind, found by asking the API server for the kind's resource. */
    private String collection(String namespace, JsonNode object) {
        String version = object.get("apiVersion").asString();
        String kind = object.get("kind").asString();
        String root = version.contains("/") ? "/apis/" + version : "/api/" + version;
        for (JsonNode resource : discovered.computeIfAbsent(root, this::get).get("resources")) {
            if (resource.get("kind").asString().equals(kind)
                    && !resource.get("name").asString().contains("/")) {
                String own = object.path("metadata").path("namespace").asString(namespace);
                return root + (resource.get("namespaced").asBoolean() ? "/namespaces/" + own : "") + "/"
                        + resource.get("name").asString();
            }
        }
        throw new IllegalArgumentException("the API server knows no " + version + " " + kind);
    }
}
