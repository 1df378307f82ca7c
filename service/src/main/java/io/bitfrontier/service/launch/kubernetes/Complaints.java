package io.bitfrontier.service.launch.kubernetes;

import io.bitfrontier.service.launch.LauncherUnavailableException;
import io.kubernetes.client.openapi.models.CoreV1Event;
import io.kubernetes.client.openapi.models.CoreV1EventSeries;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the cluster complains of, by the events that its controllers and nodes write: a quota, a policy or a volume says so nowhere
 * else. All are listed at once and kept for a while, however many objects are asked about.
 */
final class Complaints {
    private static final Logger log = LoggerFactory.getLogger(Complaints.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(15);

    /**
     * All that is said of one object.
     *
     * @param reason of the newest event
     * @param message of the newest event
     * @param first when the first event was seen, by the cluster's clocks
     * @param last when the newest was
     */
    record Complaint(@Nullable String reason, String message, OffsetDateTime first, OffsetDateTime last) {
        /** Time between first and newest event: who complains goes on, so what has healed lasts no longer. */
        Duration lasted() {
            return Duration.between(first, last);
        }

        private static Complaint join(Complaint one, Complaint other) {
            Complaint newer = other.last.isBefore(one.last) ? one : other;
            OffsetDateTime first = one.first.isBefore(other.first) ? one.first : other.first;
            return new Complaint(newer.reason, newer.message, first, newer.last);
        }
    }

    private final ApiCalls.Request<List<CoreV1Event>> events;
    private final ApiCalls calls;
    private final LongSupplier nanos;
    private Map<String, Complaint> byObject = Map.of();
    private long lookAgainAt;

    /** @param events lists those that matter */
    Complaints(ApiCalls.Request<List<CoreV1Event>> events, ApiCalls calls, LongSupplier nanos) {
        this.events = events;
        this.calls = calls;
        this.nanos = nanos;
        this.lookAgainAt = nanos.getAsLong();
    }

    /** What is said of the object of this name; empty where nothing is, or where events cannot be had. */
    synchronized Optional<Complaint> about(String name) {
        if (nanos.getAsLong() - lookAgainAt >= 0) {
            lookAgainAt = nanos.getAsLong() + LOOK_EVERY.toNanos();
            try {
                byObject = byObject(calls.call("list Events", events));
            } catch (ApiRefusedException | LauncherUnavailableException e) {
                log.debug("no events: {}", e.getMessage());
            }
        }
        return Optional.ofNullable(byObject.get(name));
    }

    private static Map<String, Complaint> byObject(List<CoreV1Event> events) {
        Map<String, Complaint> complaints = new HashMap<>();
        for (CoreV1Event event : events) {
            String name = event.getInvolvedObject() == null
                    ? null
                    : event.getInvolvedObject().getName();
            if (name != null && event.getMessage() != null) {
                Complaint complaint =
                        new Complaint(event.getReason(), event.getMessage(), firstSeen(event), lastSeen(event));
                complaints.merge(name, complaint, Complaint::join);
            }
        }
        return complaints;
    }

    private static OffsetDateTime firstSeen(CoreV1Event event) {
        return Optional.ofNullable(event.getFirstTimestamp())
                .or(() -> seenOnce(event))
                .orElse(OffsetDateTime.MIN);
    }

    private static OffsetDateTime lastSeen(CoreV1Event event) {
        return Optional.ofNullable(event.getSeries())
                .map(CoreV1EventSeries::getLastObservedTime)
                .or(() -> Optional.ofNullable(event.getLastTimestamp()))
                .or(() -> seenOnce(event))
                .orElse(OffsetDateTime.MIN);
    }

    /** Where an event has happened once, newer clients say neither first nor last. */
    private static Optional<OffsetDateTime> seenOnce(CoreV1Event event) {
        return Optional.ofNullable(event.getEventTime())
                .or(() -> Optional.ofNullable(event.getMetadata()).map(V1ObjectMeta::getCreationTimestamp));
    }
}
