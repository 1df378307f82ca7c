package io.bitfrontier.service.run;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.UUID;

/** A store that deletes nothing and says so. */
final class StubbornStore implements ArtifactStore {
    @Override
    public String attemptUri(UUID worker, long runId, int number) {
        throw new UnsupportedOperationException("nothing is written here");
    }

    @Override
    public Duration lateWrites() {
        return Duration.ZERO;
    }

    @Override
    public void delete(String uri) throws IOException {
        throw new IOException("the store is read-only");
    }

    @Override
    public void deleteAllBut(String uri, Collection<String> kept) throws IOException {
        delete(uri);
    }
}
