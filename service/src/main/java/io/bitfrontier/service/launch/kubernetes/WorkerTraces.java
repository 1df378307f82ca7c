package io.bitfrontier.service.launch.kubernetes;

import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodSpec;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What this process knows of workers beyond what exists now: Jobs that it made and the watch has not shown yet, pods that are gone
 * as they were seen last, since when a container has not started, and since when a pod is to leave. All of it may be lost at any
 * time: it makes answers better, never other than true.
 */
final class WorkerTraces {
    private static final int MOST = 5_000;

    private record Seen<T>(T object, long at) {}

    private final LongSupplier nanos;
    private final Map<String, Seen<V1Job>> made = bounded();
    private final Map<String, V1Pod> gone = bounded();
    private final Map<String, Long> stuckSince = bounded();
    private final Map<String, Long> leavingSince = bounded();

    WorkerTraces(LongSupplier nanos) {
        this.nanos = nanos;
    }

    static <V> Map<String, V> bounded() {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > MOST;
            }
        };
    }

    synchronized void made(String worker, V1Job job) {
        made.put(worker, new Seen<>(job, nanos.getAsLong()));
    }

    /** The watch shows the Job, or that it is gone: what was made is no news any more. */
    synchronized void shown(String worker) {
        made.remove(worker);
    }

    /** A Job that was made so lately that the watch need not show it yet. */
    synchronized Optional<V1Job> madeWithin(String worker, Duration limit) {
        return Optional.ofNullable(made.get(worker))
                .filter(seen -> nanos.getAsLong() - seen.at() <= limit.toNanos())
                .map(Seen::object);
    }

    /** Of its spec nothing is kept but the node: most of a pod is what we asked for. */
    synchronized void gone(String worker, String podUid, V1Pod pod) {
        String node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
        gone.put(
                worker,
                new V1Pod()
                        .metadata(pod.getMetadata())
                        .spec(new V1PodSpec().nodeName(node))
                        .status(pod.getStatus()));
        stuckSince.remove(podUid);
        leavingSince.remove(podUid);
    }

    synchronized Optional<V1Pod> gone(String worker) {
        return Optional.ofNullable(gone.get(worker));
    }

    /** How long a pod has been seen not to start. */
    synchronized Duration stuckFor(String podUid) {
        return timeIn(stuckSince, podUid);
    }

    /** How long a pod whose deletion is asked for has been seen to be there still. */
    synchronized Duration leavingFor(String podUid) {
        return timeIn(leavingSince, podUid);
    }

    private Duration timeIn(Map<String, Long> since, String podUid) {
        long now = nanos.getAsLong();
        return Duration.ofNanos(now - since.computeIfAbsent(podUid, any -> now));
    }

    synchronized void forget(String worker) {
        made.remove(worker);
        gone.remove(worker);
    }
}
