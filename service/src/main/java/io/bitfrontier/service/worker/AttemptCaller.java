package io.bitfrontier.service.worker;

import java.util.UUID;

/** The attempt whose token came with the request, with its run and worker. */
public record AttemptCaller(long attemptId, long runId, UUID workerId) {
    /** Request attribute that holds it. */
    public static final String ATTRIBUTE = "bitfrontier.attempt";
}
