package io.bitfrontier.cli.api;

import io.bitfrontier.cli.CommandFailedException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * The REST API at one address. Every method throws {@link ProblemException}, {@link GatewayException} or
 * {@link UnreachableException}.
 */
public final class ApiClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration REQUEST_TIMEOUT = Duration.ofMinutes(2);
    /** Bad gateway, service unavailable, gateway timeout. */
    private static final Set<Integer> OF_GATEWAYS = Set.of(502, 503, 504);

    private final URI base;
    private final @Nullable String token;
    private final Duration timeout;
    private final Repetition repetition;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();

    public ApiClient(URI base) {
        this(base, null);
    }

    /** @param token proves to the service who asks; null where it needs no proof */
    public ApiClient(URI base, @Nullable String token) {
        this(base, token, REQUEST_TIMEOUT, Repetition.NONE);
    }

    private ApiClient(URI base, @Nullable String token, Duration timeout, Repetition repetition) {
        this.token = token;
        this.timeout = timeout;
        this.repetition = repetition;
        String text = base.toString();
        this.base = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
    }

    /** The same service, given less time to answer. */
    public ApiClient within(Duration shorter) {
        return new ApiClient(base, token, shorter, repetition);
    }

    /** The same service; every request whose repetition changes nothing is sent by this. */
    public ApiClient repeating(Repetition other) {
        return new ApiClient(base, token, timeout, other);
    }

    public URI base() {
        return base;
    }

    public Answer get(String path, Map<String, String> query) {
        String suffix = query.entrySet().stream()
                .map(e -> encode(e.getKey()) + "=" + encode(e.getValue()))
                .collect(Collectors.joining("&"));
        return repeatable(request(path + (suffix.isEmpty() ? "" : "?" + suffix)).GET());
    }

    public Answer get(String path) {
        return get(path, Map.of());
    }

    /** Submits a document as it is. May be repeated: a sweep of the same document is the same sweep. */
    public Answer postYaml(String path, String document) {
        return repeatable(request(path)
                .header("Content-Type", "application/yaml")
                .POST(BodyPublishers.ofString(document, StandardCharsets.UTF_8)));
    }

    public Answer postJson(String path, Object value) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Answer.MAPPER.writeValueAsString(value), StandardCharsets.UTF_8)));
    }

    public Answer put(String path) {
        return repeatable(request(path).PUT(BodyPublishers.noBody()));
    }

    public Answer putJson(String path, Object value) {
        return repeatable(request(path)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(Answer.MAPPER.writeValueAsString(value), StandardCharsets.UTF_8)));
    }

    public Answer post(String path) {
        return send(request(path).POST(BodyPublishers.noBody()));
    }

    public Answer delete(String path) {
        return repeatable(request(path).DELETE());
    }

    public Answer patchJson(String path, Object value) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .method(
                        "PATCH",
                        BodyPublishers.ofString(Answer.MAPPER.writeValueAsString(value), StandardCharsets.UTF_8)));
    }

    private HttpRequest.Builder request(String pathAndQuery) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + pathAndQuery))
                .timeout(timeout)
                .header("Accept", "application/json, application/problem+json, text/plain");
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    private Answer repeatable(HttpRequest.Builder builder) {
        return repetition.of(() -> send(builder));
    }

    private Answer send(HttpRequest.Builder builder) {
        HttpRequest request = builder.build();
        HttpResponse<String> response;
        try {
            response = http.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UnreachableException(base, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException("Interrupted while waiting for " + request.uri(), e);
        }
        if (response.statusCode() / 100 == 2) {
            return new Answer(response.statusCode(), response.body());
        }
        throw problem(request, response);
    }

    private static CommandFailedException problem(HttpRequest request, HttpResponse<String> response) {
        String type = response.headers().firstValue("Content-Type").orElse("");
        Duration pause =
                RetryAfter.of(response.headers().firstValue("Retry-After").orElse(""));
        if (type.startsWith("application/problem+json")) {
            try {
                return new ProblemException(
                        Answer.MAPPER.readValue(response.body(), Problem.class), response.body(), pause);
            } catch (JacksonException e) {
                return new CommandFailedException(
                        request.uri() + " answered " + response.statusCode() + " with an unreadable problem", e);
            }
        }
        if (OF_GATEWAYS.contains(response.statusCode())) {
            return new GatewayException(request.uri(), response.statusCode(), pause);
        }
        return new CommandFailedException(
                request.uri() + " answered " + response.statusCode() + ", and not as Bitfrontier does.");
    }

    /** Percent-encodes one path segment or query part. */
    public static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
