package io.bitfrontier.cli.api;

import java.time.Duration;
import java.util.regex.Pattern;

/** Reads how long to wait before a request is sent again. */
final class RetryAfter {
    private static final Duration USUAL_PAUSE = Duration.ofSeconds(2);
    private static final Pattern SECONDS = Pattern.compile("\\d{1,4}");

    private RetryAfter() {}

    /** @param header what the answer's header of that name says, empty where there was none; dates count as none */
    static Duration of(String header) {
        return SECONDS.matcher(header).matches()
                ? Duration.ofSeconds(Math.max(1, Long.parseLong(header)))
                : USUAL_PAUSE;
    }
}
