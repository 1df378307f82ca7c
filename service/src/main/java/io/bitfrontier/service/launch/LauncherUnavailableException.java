package io.bitfrontier.service.launch;

/** The platform that workers run on does not answer now, or asks to be left alone. It says nothing about any worker. */
public final class LauncherUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LauncherUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }

    public LauncherUnavailableException(String message) {
        super(message);
    }
}
