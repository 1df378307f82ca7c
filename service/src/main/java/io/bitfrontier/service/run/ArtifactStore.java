package io.bitfrontier.service.run;

import java.io.IOException;

/** Where attempts write their checkpoints, each below a URI of its own. */
public interface ArtifactStore {
    /** The directory of one attempt and of no other. */
    String attemptUri(long runId, int number);

    /** Deletes a directory of this store; what is not there or not ours stays untouched. */
    void delete(String uri) throws IOException;
}
