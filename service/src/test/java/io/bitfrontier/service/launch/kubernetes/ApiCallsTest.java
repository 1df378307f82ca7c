package io.bitfrontier.service.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bitfrontier.service.launch.LauncherUnavailableException;
import io.kubernetes.client.openapi.ApiException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ApiCallsTest {
    private final AtomicLong now = new AtomicLong();
    private final ApiCalls calls = new ApiCalls(now::get);

    @Test
    void aServerThatFailsIsLeftAloneTwiceAsLongEachTime() {
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            assertThatThrownBy(() -> calls.call("list Jobs", () -> fail(503, null)))
                    .isInstanceOf(LauncherUnavailableException.class);
            pauses.add(secondsOfRest("list Jobs"));
        }

        assertThat(pauses).containsExactly(1L, 2L, 4L, 8L, 10L, 10L);
    }

    @Test
    void aSuccessForgetsEarlierFailures() throws IOException {
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> calls.call("list Jobs", () -> fail(500, null)))
                    .isInstanceOf(LauncherUnavailableException.class);
            secondsOfRest("list Jobs");
        }
        assertThat(calls.call("list Jobs", () -> "fine")).isEqualTo("fine");

        assertThatThrownBy(() -> calls.call("list Jobs", () -> fail(500, null)))
                .isInstanceOf(LauncherUnavailableException.class);
        assertThat(secondsOfRest("list Jobs")).isEqualTo(1);
    }

    @Test
    void itIsLeftAloneAsLongAsItAsksButNotForEver() {
        assertThatThrownBy(() -> calls.call("list Jobs", () -> fail(429, "42")))
                .isInstanceOf(LauncherUnavailableException.class);
        assertThat(secondsOfRest("create Jobs")).isEqualTo(42);

        assertThatThrownBy(() -> calls.call("list Jobs", () -> fail(429, "99999")))
                .isInstanceOf(LauncherUnavailableException.class);
        assertThat(secondsOfRest("create Jobs")).isEqualTo(300);
    }

    @Test
    void aServerThatDoesNotAnswerIsUnavailableAndARefusalIsNot() {
        assertThatThrownBy(() -> calls.call("list Jobs", () -> {
                    throw new ApiException(new IOException("timeout"));
                }))
                .isInstanceOf(LauncherUnavailableException.class)
                .hasMessage("cannot list Jobs now: the API server does not answer: java.io.IOException: timeout");
        secondsOfRest("list Jobs");

        assertThatThrownBy(() -> calls.call("create Jobs", () -> fail(422, null)))
                .isInstanceOf(ApiRefusedException.class)
                .hasMessage("the API server answers 422");
        assertThat(calls.forbidden()).isEmpty();
    }

    @Test
    void whatIsForbiddenIsRememberedUntilItIsAllowed() throws IOException {
        assertThatThrownBy(() -> calls.call("create Jobs", () -> fail(403, null)))
                .isInstanceOf(ApiRefusedException.class);
        assertThat(calls.forbidden()).contains("the API server answers 403");

        calls.call("create Jobs", () -> "fine");

        assertThat(calls.forbidden()).isEmpty();
    }

    private static String fail(int code, @Nullable String retryAfter) throws ApiException {
        Map<String, List<String>> headers = retryAfter == null ? Map.of() : Map.of("retry-after", List.of(retryAfter));
        throw new ApiException(code, "failed", headers, null);
    }

    /** Seconds until the next request of this kind is sent; it is refused by a passing sentence and changes nothing. */
    private long secondsOfRest(String what) {
        for (long seconds = 0; seconds < 1000; seconds++) {
            boolean[] sent = {false};
            try {
                calls.call(what, () -> {
                    sent[0] = true;
                    throw new ApiException(404, "none");
                });
            } catch (IOException | LauncherUnavailableException expected) {
                if (sent[0]) {
                    return seconds;
                }
            }
            now.addAndGet(Duration.ofSeconds(1).toNanos());
        }
        throw new AssertionError("left alone for more than 1000 s");
    }
}
