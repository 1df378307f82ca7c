package io.bitfrontier.cli.api;

import java.time.Duration;

/** A failure after which the same request may be answered in a while. */
public interface Passing {
    /** Whether this one is such a failure. */
    boolean passes();

    /** How long to wait before the request is sent again. */
    Duration pause();
}
