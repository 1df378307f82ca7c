package io.bitfrontier.trainer.data;

import org.jspecify.annotations.Nullable;

/** The data that a specification names cannot be used: whoever wrote it must act. */
public final class UnusableDataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnusableDataException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
