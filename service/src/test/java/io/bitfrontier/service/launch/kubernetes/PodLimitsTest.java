package io.bitfrontier.service.launch.kubernetes;

import static io.bitfrontier.service.launch.kubernetes.Pods.beingDeleted;
import static io.bitfrontier.service.launch.kubernetes.Pods.placed;
import static io.bitfrontier.service.launch.kubernetes.Pods.stuck;
import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.launch.kubernetes.Complaints.Complaint;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.models.CoreV1Event;
import io.kubernetes.client.openapi.models.V1ObjectReference;
import io.kubernetes.client.openapi.models.V1Pod;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PodLimitsTest {
    private static final OffsetDateTime EIGHT = OffsetDateTime.parse("2026-11-22T20:00:00Z");

    private final AtomicLong nanos = new AtomicLong();
    private final List<CoreV1Event> events = new ArrayList<>();
    private final AtomicInteger lists = new AtomicInteger();
    private boolean refused;
    private final PodLimits limits = new PodLimits(
            Duration.ofMinutes(5),
            new WorkerTraces(nanos::get),
            new Complaints(this::list, new ApiCalls(nanos::get), nanos::get));
    private final V1Pod pod = placed(stuck("ContainerCreating", ""));

    private List<CoreV1Event> list() throws ApiException {
        lists.incrementAndGet();
        if (refused) {
            throw new ApiException(403, "forbidden");
        }
        return List.copyOf(events);
    }

    @Test
    void aPodOverstaysOnceItsGraceAndAMinuteMoreArePast() {
        V1Pod leaving = beingDeleted(placed("phase: Running"));
        leaving.getMetadata().setDeletionGracePeriodSeconds(30L);

        assertThat(limits.overstays(leaving)).isFalse();
        pass(Duration.ofSeconds(89));
        assertThat(limits.overstays(leaving)).isFalse();
        pass(Duration.ofSeconds(1));
        assertThat(limits.overstays(leaving)).isTrue();
    }

    @Test
    void aPodThatNobodyDeletesMayStayForEver() {
        assertThat(limits.overstays(pod)).isFalse();
        pass(Duration.ofDays(30));
        assertThat(limits.overstays(pod)).isFalse();
    }

    @Test
    void theNewestEventIsTheReasonAndAllOfThemTellForHowLong() {
        events.add(event("FailedMount", 60, 840));
        events.add(event("FailedAttachVolume", 0, 70));

        Complaint complaint = limits.hindrance(pod).orElseThrow();

        assertThat(complaint.reason()).isEqualTo("FailedMount");
        assertThat(complaint.lasted()).isEqualTo(Duration.ofMinutes(14));
        assertThat(limits.isOverdue(complaint)).isFalse();
    }

    @Test
    void whatGoesOnForThreeStartLimitsIsOverdueAndWhatHasHealedIsNot() {
        events.add(event("FailedMount", 0, 120));
        pass(Duration.ofHours(1));
        assertThat(limits.isOverdue(limits.hindrance(pod).orElseThrow())).isFalse();

        events.set(0, event("FailedMount", 0, 900));
        pass(Duration.ofSeconds(15));
        assertThat(limits.isOverdue(limits.hindrance(pod).orElseThrow())).isTrue();
    }

    @Test
    void anEventThatTellsOneTimeAloneHasHappenedOnce() {
        events.add(event("FailedMount", 0, 0)
                .firstTimestamp(null)
                .lastTimestamp(null)
                .eventTime(EIGHT));

        assertThat(limits.hindrance(pod).orElseThrow().lasted()).isZero();
    }

    @Test
    void eventsAreListedOnceInFifteenSecondsForAllPods() {
        for (int i = 0; i < 100; i++) {
            V1Pod other = placed(stuck("ContainerCreating", ""));
            other.getMetadata().setName("pod-" + i);
            assertThat(limits.hindrance(other)).isEmpty();
        }
        assertThat(lists).hasValue(1);

        pass(Duration.ofSeconds(15));
        limits.hindrance(pod);
        assertThat(lists).hasValue(2);
    }

    @Test
    void whatWasKnownIsKeptWhereEventsCannotBeHad() {
        events.add(event("FailedMount", 0, 60));
        assertThat(limits.hindrance(pod)).isPresent();

        refused = true;
        pass(Duration.ofSeconds(15));

        assertThat(limits.hindrance(pod)).isPresent();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    /** About the sample pod, seen first and last so many seconds after eight. */
    private static CoreV1Event event(String reason, int first, int last) {
        return new CoreV1Event()
                .involvedObject(new V1ObjectReference().kind("Pod").name("bf-worker-x-abcde"))
                .type("Warning")
                .reason(reason)
                .message("it failed")
                .firstTimestamp(EIGHT.plusSeconds(first))
                .lastTimestamp(EIGHT.plusSeconds(last));
    }
}
