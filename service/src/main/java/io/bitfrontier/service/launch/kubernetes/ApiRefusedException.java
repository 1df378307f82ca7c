package io.bitfrontier.service.launch.kubernetes;

import java.io.IOException;

/** The API server understood a request and refuses it; the message is its own sentence. */
final class ApiRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int code;

    ApiRefusedException(int code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    boolean isNotFound() {
        return code == 404;
    }

    boolean isConflict() {
        return code == 409;
    }
}
