package io.bitfrontier.service.run;

import java.util.UUID;

/** An attempt with the run and the worker it belongs to; neither ever changes. */
public record AttemptRef(long attemptId, long runId, UUID workerId) {
    /** How the history names the worker. */
    public String actor() {
        return "worker " + workerId;
    }
}
