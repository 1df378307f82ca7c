package io.bitfrontier.cli.api;

import io.bitfrontier.cli.CommandFailedException;

/** The service answered with a problem. */
public final class ProblemException extends CommandFailedException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;
    private final String body;

    ProblemException(Problem problem, String body) {
        super(problem.render());
        this.problem = problem;
        this.body = body;
    }

    public Problem problem() {
        return problem;
    }

    /** The answer as it came. */
    public String body() {
        return body;
    }
}
