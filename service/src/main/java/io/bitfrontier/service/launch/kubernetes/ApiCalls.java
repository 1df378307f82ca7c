package io.bitfrontier.service.launch.kubernetes;

import io.bitfrontier.service.launch.LauncherUnavailableException;
import io.kubernetes.client.openapi.ApiException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the API server, and leaves it alone for a while when it answers 429 or 5xx, or does not answer: as long as it says, or
 * twice as long each time. What is not asked because of that is unavailable too, so an ailing server slows us down and decides
 * nothing.
 */
final class ApiCalls {
    private static final Logger log = LoggerFactory.getLogger(ApiCalls.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final int MOST_DOUBLINGS = 4;
    private static final String EVERYTHING = "everything";

    /** A request that is ready to be sent. */
    interface Request<T> {
        T execute() throws ApiException;
    }

    private record Pause(int failures, long untilNanos, String reason) {}

    private final LongSupplier nanos;
    private final Map<String, Pause> pauses = new ConcurrentHashMap<>();
    private final Map<String, String> refusals = new ConcurrentHashMap<>();

    /** @param nanos monotonic time, so that no clock that jumps lengthens a pause */
    ApiCalls(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * Sends one request.
     *
     * @param what the kind of request, such as {@code create Jobs}: what fails for one kind is paused for that kind alone
     * @throws ApiRefusedException when the server refuses this very request
     * @throws LauncherUnavailableException when it cannot answer now
     */
    <T> T call(String what, Request<T> request) throws ApiRefusedException {
        rest(EVERYTHING);
        rest(what);
        try {
            T answer = request.execute();
            pauses.remove(EVERYTHING);
            pauses.remove(what);
            if (refusals.remove(what) != null) {
                log.info("the API server lets us {} again", what);
            }
            return answer;
        } catch (ApiException e) {
            String sentence = ApiErrors.sentence(e);
            if (ApiErrors.isPassing(e)) {
                pause(
                        ApiErrors.isGeneral(e) ? EVERYTHING : what,
                        sentence,
                        ApiErrors.retryAfter(e).orElse(null));
                throw new LauncherUnavailableException("cannot " + what + " now: " + sentence, e);
            }
            pauses.remove(EVERYTHING);
            if (e.getCode() == 403 && !sentence.equals(refusals.put(what, sentence))) {
                log.warn("the API server does not let us {}: {}", what, sentence);
            }
            throw new ApiRefusedException(e.getCode(), sentence, e);
        }
    }

    private void rest(String what) {
        Pause pause = pauses.get(what);
        if (pause != null && pause.untilNanos() - nanos.getAsLong() > 0) {
            throw new LauncherUnavailableException("the API server is left alone for a while: " + pause.reason());
        }
    }

    private void pause(String what, String reason, @Nullable Duration asked) {
        pauses.compute(what, (key, before) -> {
            int failures = before == null ? 0 : Math.min(before.failures() + 1, MOST_DOUBLINGS);
            long limited = asked != null
                    ? asked.toNanos()
                    : Math.min(FIRST_PAUSE.toNanos() << failures, LONGEST_PAUSE.toNanos());
            return new Pause(failures, nanos.getAsLong() + limited, reason);
        });
    }

    /** What the API server forbids, in its own words. */
    Optional<String> forbidden() {
        return refusals.values().stream().findFirst();
    }
}
