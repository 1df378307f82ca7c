package io.bitfrontier.service.launch.kubernetes;

import com.google.gson.JsonParseException;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an answer of the API server means that is not the one asked for. */
final class ApiErrors {
    private static final int TOO_MANY_REQUESTS = 429;
    private static final Duration LONGEST_ASKED = Duration.ofMinutes(5);

    private ApiErrors() {}

    /** Nothing is known of the request's outcome, or it may be repeated: the server is away, busy or broken. */
    static boolean isPassing(ApiException e) {
        int code = e.getCode();
        return code < 400 || code == 401 || code == 408 || code == TOO_MANY_REQUESTS || code >= 500;
    }

    /** It concerns every request, not this one alone. */
    static boolean isGeneral(ApiException e) {
        return e.getCode() < 400 || e.getCode() == 401 || e.getCode() == TOO_MANY_REQUESTS;
    }

    /** How long the server asks to be left alone; five minutes at most, whatever it asks. */
    static Optional<Duration> retryAfter(ApiException e) {
        Map<String, List<String>> headers = e.getResponseHeaders() == null ? Map.of() : e.getResponseHeaders();
        return headers.entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase("Retry-After"))
                .flatMap(header -> header.getValue().stream())
                .filter(value -> value.matches("\\d{1,6}"))
                .map(value -> Duration.ofSeconds(Math.min(Long.parseLong(value), LONGEST_ASKED.toSeconds())))
                .findFirst();
    }

    /** The API server's own sentence, or what is known where it gave none. */
    static String sentence(ApiException e) {
        String message = statusMessage(e.getResponseBody());
        if (message != null) {
            return WorkerSighting.sentence(message);
        }
        if (e.getCode() == 0) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return "the API server does not answer: " + WorkerSighting.sentence(String.valueOf(cause));
        }
        return "the API server answers " + e.getCode();
    }

    private static @Nullable String statusMessage(@Nullable String body) {
        if (body == null || !body.startsWith("{")) {
            return null;
        }
        try {
            V1Status status = JSON.deserialize(body, V1Status.class);
            return status == null
                            || status.getMessage() == null
                            || status.getMessage().isBlank()
                    ? null
                    : status.getMessage();
        } catch (JsonParseException | IllegalArgumentException e) {
            return null;
        }
    }
}
