package io.bitfrontier.cli;

/** A setting or an option that cannot be meant; the process ends with 2. */
public final class WrongUsageException extends CommandFailedException {
    private static final long serialVersionUID = 1L;

    public WrongUsageException(String message) {
        super(message);
    }
}
