package io.bitfrontier.cli.api;

import io.bitfrontier.cli.CommandFailedException;
import java.net.URI;
import java.time.Duration;

/** What stands before the service, an Ingress say, answered in its place: no replica is ready, or none answered in time. */
public final class GatewayException extends CommandFailedException implements Passing {
    private static final long serialVersionUID = 1L;

    private final Duration pause;

    GatewayException(URI url, int status, Duration pause) {
        super(url + " answered " + status + ", and not as Bitfrontier does");
        this.pause = pause;
    }

    @Override
    public boolean passes() {
        return true;
    }

    @Override
    public Duration pause() {
        return pause;
    }
}
