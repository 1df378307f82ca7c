package io.bitfrontier.service.database;

import java.nio.file.Path;

/** Another service has the home. */
public final class HomeInUseException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    HomeInUseException(Path home, String pid) {
        super("the home " + home + " is in use by the service with pid " + pid);
    }
}
