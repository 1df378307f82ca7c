package io.bitfrontier.cli.api;

import io.bitfrontier.cli.CommandFailedException;
import java.time.Duration;

/** The service answered with a problem. */
public final class ProblemException extends CommandFailedException implements Passing {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;
    private final String body;
    private final Duration pause;

    ProblemException(Problem problem, String body, Duration pause) {
        super(problem.render());
        this.problem = problem;
        this.body = body;
        this.pause = pause;
    }

    public Problem problem() {
        return problem;
    }

    /** The database is away, or too many ask at once. */
    @Override
    public boolean passes() {
        return "UNAVAILABLE".equals(problem.code());
    }

    @Override
    public Duration pause() {
        return pause;
    }

    /** The answer as it came. */
    public String body() {
        return body;
    }
}
