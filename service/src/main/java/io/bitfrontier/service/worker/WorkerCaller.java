package io.bitfrontier.service.worker;

import java.util.UUID;

/** The worker whose token came with the request. */
public record WorkerCaller(UUID workerId) {
    /** Request attribute that holds it. */
    public static final String ATTRIBUTE = "bitfrontier.worker";
}
