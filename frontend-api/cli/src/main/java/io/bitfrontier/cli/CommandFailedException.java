package io.bitfrontier.cli;

import java.util.Objects;

/** A command that could not be done, with the sentence to show; the process ends with 1. */
public class CommandFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CommandFailedException(String message) {
        super(message);
    }

    public CommandFailedException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The sentence to show. */
    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
