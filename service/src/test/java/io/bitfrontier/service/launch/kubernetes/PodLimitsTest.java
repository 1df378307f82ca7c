package io.bitfrontier.service.launch.kubernetes;

import static io.bitfrontier.service.launch.kubernetes.Pods.beingDeleted;
import static io.bitfrontier.service.launch.kubernetes.Pods.placed;
import static io.bitfrontier.service.launch.kubernetes.Pods.stuck;
import static org.assertj.core.api.Assertions.assertThat;

import io.kubernetes.client.openapi.models.V1Pod;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PodLimitsTest {
    private final AtomicLong nanos = new AtomicLong();
    private final PodLimits limits = new PodLimits(Duration.ofMinutes(5), new WorkerTraces(nanos::get));
    private final V1Pod pod = placed(stuck("ContainerCreating", ""));

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

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
