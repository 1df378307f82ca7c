package io.bitfrontier.service.run;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.UUID;

/**
 * Where attempts write their checkpoints, each below a URI of its own. A worker's attempts lie in a directory of its own, so that
 * all the rest can be read-only to it.
 */
public interface ArtifactStore {
    /** The part of the store that one worker writes, relative to its root. */
    static String writtenBy(UUID worker) {
        return "workers/" + worker;
    }

    /** The directory of one attempt and of no other. */
    String attemptUri(UUID worker, long runId, int number);

    /** How long what an attempt was allowed to write may still arrive after it has ended. */
    Duration lateWrites();

    /** Deletes a directory of this store; what is not there or not ours stays untouched. */
    void delete(String uri) throws IOException;

    /**
     * As {@link #delete}, but for some directories below it and what they hold.
     *
     * @param kept URIs of those; ones that do not lie below do not matter
     */
    void deleteAllBut(String uri, Collection<String> kept) throws IOException;
}
