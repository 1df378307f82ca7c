package io.bitfrontier.service.launch.kubernetes;

import io.bitfrontier.service.launch.kubernetes.Complaints.Complaint;
import io.kubernetes.client.openapi.models.V1ContainerStateWaiting;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Pod;
import java.time.Duration;
import java.util.Optional;

/**
 * How long a pod may fail to start or to leave. Counted from when this process saw it first, by its monotonic time: no clock of
 * the cluster need be right, and a restart only counts anew.
 */
final class PodLimits implements WorkerSighting.Limits {
    /** A configuration that does not fit, a Secret that was never made for example, does not heal with time. */
    private static final Duration CONFIG_LIMIT = Duration.ofSeconds(60);
    /** Start limits for a pod whose volumes or network fail: a volume is taken from a silent node only after six minutes. */
    private static final int HINDERED_START_LIMITS = 3;
    /** A node confirms within seconds that a pod has left; one whose kubelet restarts gets this long. */
    private static final Duration CONFIRMATION = Duration.ofMinutes(1);

    private final Duration startLimit;
    private final WorkerTraces traces;
    private final Complaints hindrances;

    /** @param hindrances what nodes say of pods that they do not start */
    PodLimits(Duration startLimit, WorkerTraces traces, Complaints hindrances) {
        this.startLimit = startLimit;
        this.traces = traces;
        this.hindrances = hindrances;
    }

    @Override
    public boolean isOverdue(V1Pod pod) {
        Duration stuck = traces.stuckFor(uid(pod));
        boolean config = WorkerSighting.notStarting(pod)
                .map(V1ContainerStateWaiting::getReason)
                .filter("CreateContainerConfigError"::equals)
                .isPresent();
        Duration limit = config && CONFIG_LIMIT.compareTo(startLimit) < 0 ? CONFIG_LIMIT : startLimit;
        return stuck.compareTo(limit) >= 0;
    }

    @Override
    public Optional<Complaint> hindrance(V1Pod pod) {
        return Optional.ofNullable(pod.getMetadata()).map(V1ObjectMeta::getName).flatMap(hindrances::about);
    }

    @Override
    public boolean isOverdue(Complaint hindrance) {
        return hindrance.lasted().compareTo(startLimit.multipliedBy(HINDERED_START_LIMITS)) >= 0;
    }

    @Override
    public boolean overstays(V1Pod pod) {
        V1ObjectMeta meta = pod.getMetadata();
        if (meta == null || meta.getDeletionTimestamp() == null) {
            return false;
        }
        Long grace = meta.getDeletionGracePeriodSeconds();
        Duration limit = CONFIRMATION.plusSeconds(grace == null ? 0 : grace);
        return traces.leavingFor(uid(pod)).compareTo(limit) >= 0;
    }

    private static String uid(V1Pod pod) {
        return String.valueOf(
                pod.getMetadata() == null ? null : pod.getMetadata().getUid());
    }
}
