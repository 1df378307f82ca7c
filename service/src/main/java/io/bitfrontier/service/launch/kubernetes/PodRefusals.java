package io.bitfrontier.service.launch.kubernetes;

import io.bitfrontier.service.launch.LauncherUnavailableException;
import io.kubernetes.client.openapi.models.CoreV1Event;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Why Jobs get no pods, by the events that the Job controller writes; a quota or a policy says so nowhere else. */
final class PodRefusals {
    private static final Logger log = LoggerFactory.getLogger(PodRefusals.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(15);

    private final Cluster cluster;
    private final ApiCalls calls;
    private final LongSupplier nanos;
    private Map<String, String> byJob = Map.of();
    private long lookAgainAt;

    PodRefusals(Cluster cluster, ApiCalls calls, LongSupplier nanos) {
        this.cluster = cluster;
        this.calls = calls;
        this.nanos = nanos;
        this.lookAgainAt = nanos.getAsLong();
    }

    /** The newest reason for which a Job got no pod. */
    synchronized Optional<String> of(String job) {
        if (nanos.getAsLong() - lookAgainAt >= 0) {
            lookAgainAt = nanos.getAsLong() + LOOK_EVERY.toNanos();
            try {
                byJob = byJob(calls.call("list Events", cluster::refusedPods));
            } catch (ApiRefusedException | LauncherUnavailableException e) {
                log.debug("no events: {}", e.getMessage());
            }
        }
        return Optional.ofNullable(byJob.get(job));
    }

    private static Map<String, String> byJob(List<CoreV1Event> events) {
        Map<String, String> reasons = new HashMap<>();
        for (CoreV1Event event : events) {
            if (event.getInvolvedObject() != null
                    && event.getInvolvedObject().getName() != null
                    && event.getMessage() != null) {
                reasons.put(event.getInvolvedObject().getName(), event.getMessage());
            }
        }
        return reasons;
    }
}
