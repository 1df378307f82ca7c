package io.bitfrontier.service.launch;

import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where workers run: processes on this machine, or Jobs of a cluster. It knows no row and decides nothing. */
public interface Launcher {
    /** The kind of launcher as the worker's row names it. */
    String kind();

    /** The installation whose workers it sees. */
    String installation();

    /** The resource class that its workers serve. */
    String resourceClass();

    /** Most workers at one time; 0 for none. */
    int capacity();

    /**
     * What a new worker must know.
     *
     * @param service where it reaches the service
     * @param token its bearer token; never an argument, since arguments can be listed
     */
    record Launch(UUID worker, URI service, String token) {}

    /**
     * Starts a worker whose row exists.
     *
     * @return how it is found again
     */
    String launch(Launch launch) throws IOException;

    /** Whether the worker still exists; proof of death when false. */
    boolean isAlive(String externalId);

    /** The exit code of a worker that is proven dead, where it is known. */
    OptionalInt exitCode(UUID worker);

    /** All workers of this installation that exist, by id, whether or not there is a row; with how they are found. */
    Map<UUID, String> discover();

    /** Asks a worker to checkpoint and leave. */
    void terminate(String externalId);

    /** Ends a worker at once. */
    void kill(String externalId);

    /** What to tell a person who wants to know more about a worker's end; null for nothing. */
    @Nullable
    String hint(UUID worker);

    /** {@code listener} is called on any thread when a worker may have ended. */
    void onExit(Runnable listener);
}
