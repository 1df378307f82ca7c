package io.bitfrontier.trainer.train;

import io.bitfrontier.vocabulary.protocol.FailureClass;
import org.jspecify.annotations.Nullable;

/** Work cannot be done; says who must act. */
public final class WorkFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final FailureClass failureClass;

    public WorkFailedException(FailureClass failureClass, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.failureClass = failureClass;
    }

    public FailureClass failureClass() {
        return failureClass;
    }
}
