package io.bitfrontier.cli.api;

import io.bitfrontier.cli.CommandFailedException;
import java.net.URI;

/** Nothing answered at the service's address. */
public final class UnreachableException extends CommandFailedException {
    private static final long serialVersionUID = 1L;

    UnreachableException(URI url, Throwable cause) {
        super(
                "Nothing answers at " + url
                        + ": start the service with './bitfrontier serve', or name another address with --url.",
                cause);
    }
}
