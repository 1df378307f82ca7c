package io.bitfrontier.cli.api;

import io.bitfrontier.cli.CommandFailedException;
import java.time.Duration;
import java.util.regex.Pattern;

/** The service answered with a problem. */
public final class ProblemException extends CommandFailedException {
    private static final long serialVersionUID = 1L;
    private static final Duration USUAL_PAUSE = Duration.ofSeconds(2);
    private static final Pattern SECONDS = Pattern.compile("\\d{1,4}");

    private final transient Problem problem;
    private final String body;
    private final Duration pause;

    /** @param retryAfter what the answer's header of that name says, empty where there was none */
    ProblemException(Problem problem, String body, String retryAfter) {
        super(problem.render());
        this.problem = problem;
        this.body = body;
        this.pause = SECONDS.matcher(retryAfter).matches()
                ? Duration.ofSeconds(Math.max(1, Long.parseLong(retryAfter)))
                : USUAL_PAUSE;
    }

    public Problem problem() {
        return problem;
    }

    /** Whether the same request may be answered in a while: the database is away, or too many ask at once. */
    public boolean passes() {
        return "UNAVAILABLE".equals(problem.code());
    }

    /** How long the service wants to be left alone before the request is sent again. */
    public Duration pause() {
        return pause;
    }

    /** The answer as it came. */
    public String body() {
        return body;
    }
}
