package io.bitfrontier.service.launch.kubernetes;

import io.bitfrontier.service.launch.Launcher.Phase;
import io.bitfrontier.service.launch.Launcher.Sighting;
import io.bitfrontier.service.launch.kubernetes.Complaints.Complaint;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import io.kubernetes.client.openapi.models.V1ContainerState;
import io.kubernetes.client.openapi.models.V1ContainerStateTerminated;
import io.kubernetes.client.openapi.models.V1ContainerStateWaiting;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodCondition;
import io.kubernetes.client.openapi.models.V1PodStatus;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a worker's pod says about it. Only two things prove a death: the kubelet's word that the container has terminated, and a
 * pod that never got a node. A pod that vanished, or whose node fell silent, may still have a process: then the lease decides.
 */
final class WorkerSighting {
    /** The container cannot be made now; it may heal, so it gets time. */
    private static final Set<String> NOT_STARTING = Set.of(
            "ErrImagePull",
            "ImagePullBackOff",
            "ErrImageNeverPull",
            "ImageInspectError",
            "RegistryUnavailable",
            "InvalidImageName",
            "CreateContainerConfigError",
            "CreateContainerError",
            "RunContainerError");
    /** Ends that are none of the worker's doing. */
    private static final Set<String> DISRUPTIONS =
            Set.of("Evicted", "Preempting", "NodeShutdown", "Shutdown", "Terminated", "NodeLost");
    /** The control plane gave the pod up without a word from its node. */
    private static final Set<String> WITHOUT_THE_NODE = Set.of("DeletionByTaintManager", "DeletionByPodGC");
    /** The runtime could not start the process. */
    private static final Set<String> START_ERRORS = Set.of("StartError", "ContainerCannotRun");

    private static final Pattern OWN_LIMIT = Pattern.compile("exceed(s|ed) (the|its) ");
    private static final int SIGNALLED = 128;
    private static final int SIGTERM = 15;
    private static final int LONGEST_MESSAGE = 500;

    /** What a pod does not say of itself: whether things have been as they are for too long, and what events tell of it. */
    interface Limits {
        /** Whether its container has failed to start for too long. */
        boolean isOverdue(V1Pod pod);

        /** Why its node does not come to make its container. */
        Optional<Complaint> hindrance(V1Pod pod);

        boolean isOverdue(Complaint hindrance);

        /** Whether it was to be gone long ago. */
        boolean overstays(V1Pod pod);
    }

    private WorkerSighting() {}

    /** How the container stands in a way of starting. */
    static Optional<V1ContainerStateWaiting> notStarting(V1Pod pod) {
        return state(pod)
                .map(V1ContainerState::getWaiting)
                .filter(waiting -> waiting.getReason() != null && NOT_STARTING.contains(waiting.getReason()));
    }

    /**
     * Of a pod that exists.
     *
     * @param deadline what the Job controller says where the Job ran past its deadline; null where it did not
     */
    static Sighting of(V1Pod pod, @Nullable String deadline, Limits limits) {
        Sighting end = end(pod, deadline);
        if (end != null) {
            return end;
        }
        return switch (phase(pod)) {
            case "Pending" -> withoutItsNode(pod, limits).orElseGet(() -> pending(pod, limits));
            case "Running" -> withoutItsNode(pod, limits).orElseGet(() -> running(pod));
            default -> missing("its node has not reported for some time");
        };
    }

    /** Of a pod that was deleted, as it was seen last. */
    static Sighting ofDeleted(V1Pod pod, @Nullable String deadline) {
        Sighting end = end(pod, deadline);
        if (end != null) {
            return end;
        }
        boolean neverPlaced = pod.getSpec() == null || pod.getSpec().getNodeName() == null;
        return neverPlaced
                ? new Sighting(Phase.GONE, OptionalInt.empty(), null, "its pod was deleted before it had a node")
                : missing("its pod was deleted, and its node did not say how it ended");
    }

    /** How it ended; null where it has not. */
    private static @Nullable Sighting end(V1Pod pod, @Nullable String deadline) {
        V1ContainerStateTerminated terminated =
                state(pod).map(V1ContainerState::getTerminated).orElse(null);
        if (terminated != null) {
            return ended(pod, terminated, deadline);
        }
        return switch (phase(pod)) {
            case "Succeeded" -> Sighting.ended(WorkerProtocol.EXIT_DONE);
            case "Failed" -> failedWithoutCode(pod, deadline);
            default -> null;
        };
    }

    static Sighting missing(String message) {
        return new Sighting(Phase.MISSING, OptionalInt.empty(), null, sentence(message));
    }

    /**
     * A pod that the control plane gave up, or whose deletion its node does not confirm. The object may stay for ever where the
     * node's does: it is no sign of life, whatever its phase, and no proof of death.
     */
    private static Optional<Sighting> withoutItsNode(V1Pod pod, Limits limits) {
        V1PodCondition disruption = disruption(pod).orElse(null);
        if (disruption != null && WITHOUT_THE_NODE.contains(String.valueOf(disruption.getReason()))) {
            return Optional.of(missing(join(disruption.getReason(), disruption.getMessage())));
        }
        return limits.overstays(pod)
                ? Optional.of(missing("its pod was to be gone long ago, and its node does not confirm it"))
                : Optional.empty();
    }

    private static Sighting pending(V1Pod pod, Limits limits) {
        V1ContainerStateWaiting stuck = notStarting(pod).orElse(null);
        if (stuck != null) {
            String why = join(stuck.getReason(), stuck.getMessage());
            return "InvalidImageName".equals(stuck.getReason()) || limits.isOverdue(pod)
                    ? ended(OptionalInt.empty(), FailureClass.PLATFORM, "its container could not be started: " + why)
                    : Sighting.waiting(sentence(why));
        }
        V1PodCondition scheduled = condition(pod, "PodScheduled").orElse(null);
        if (scheduled != null && "False".equals(scheduled.getStatus())) {
            return Sighting.waiting(sentence(join(scheduled.getReason(), scheduled.getMessage())));
        }
        String node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
        return node == null ? Sighting.waiting("waits for the scheduler") : starting(pod, node, limits);
    }

    /** Until the container can be made, its state says nothing but that it is being made; what is in the way stands in events. */
    private static Sighting starting(V1Pod pod, String node, Limits limits) {
        Complaint hindrance = limits.hindrance(pod).orElse(null);
        if (hindrance == null) {
            return Sighting.waiting("is being started on node " + node);
        }
        String why = join(hindrance.reason(), hindrance.message());
        return limits.isOverdue(hindrance)
                ? ended(
                        OptionalInt.empty(),
                        FailureClass.PLATFORM,
                        "its container could not be started on node " + node + ": " + why)
                : Sighting.waiting(sentence("is being started on node " + node + ": " + why));
    }

    private static Sighting running(V1Pod pod) {
        if (status(pod).map(V1PodStatus::getReason).filter("NodeLost"::equals).isPresent()) {
            return missing("its node does not answer");
        }
        String disruption = disruption(pod)
                .map(condition -> sentence(join(condition.getReason(), condition.getMessage())))
                .orElse(null);
        return new Sighting(Phase.RUNNING, OptionalInt.empty(), null, disruption);
    }

    private static Sighting ended(V1Pod pod, V1ContainerStateTerminated terminated, @Nullable String deadline) {
        int code = terminated.getExitCode() == null ? SIGNALLED : terminated.getExitCode();
        OptionalInt exit = OptionalInt.of(code);
        if (code == WorkerProtocol.EXIT_DONE) {
            return Sighting.ended(code);
        }
        if ("OOMKilled".equals(terminated.getReason())) {
            return ended(
                    exit, FailureClass.OUT_OF_MEMORY, "it was killed for memory: it may use no more than its limit");
        }
        if (terminated.getReason() != null && START_ERRORS.contains(terminated.getReason())) {
            return ended(
                    exit,
                    FailureClass.PLATFORM,
                    "its container could not be started: " + join(terminated.getReason(), terminated.getMessage()));
        }
        if (deadline != null) {
            return ended(exit, FailureClass.TIMEOUT, deadline);
        }
        Sighting disrupted = disrupted(pod, exit);
        if (disrupted != null) {
            return disrupted;
        }
        boolean askedToLeave = pod.getMetadata() != null && pod.getMetadata().getDeletionTimestamp() != null;
        boolean signalled = code == SIGNALLED + SIGTERM || code == WorkerProtocol.EXIT_OUT_OF_MEMORY;
        return askedToLeave && signalled
                ? ended(exit, FailureClass.PREEMPTED, "its pod was deleted")
                : Sighting.ended(code);
    }

    private static Sighting failedWithoutCode(V1Pod pod, @Nullable String deadline) {
        V1PodCondition disruption = disruption(pod).orElse(null);
        boolean placed = pod.getSpec() != null && pod.getSpec().getNodeName() != null;
        if (placed && disruption != null && WITHOUT_THE_NODE.contains(String.valueOf(disruption.getReason()))) {
            return missing(join(disruption.getReason(), disruption.getMessage()));
        }
        if (deadline != null) {
            return ended(OptionalInt.empty(), FailureClass.TIMEOUT, deadline);
        }
        Sighting disrupted = disrupted(pod, OptionalInt.empty());
        if (disrupted != null) {
            return disrupted;
        }
        return ended(
                OptionalInt.empty(),
                FailureClass.PLATFORM,
                "its node refused it: "
                        + status(pod)
                                .map(status -> join(status.getReason(), status.getMessage()))
                                .orElse("without a reason"));
    }

    /** An eviction or preemption, unless the worker brought it on itself by writing more than it may. */
    private static @Nullable Sighting disrupted(V1Pod pod, OptionalInt exit) {
        V1PodCondition disruption = disruption(pod).orElse(null);
        String reason = status(pod).map(V1PodStatus::getReason).orElse(null);
        if (disruption == null && (reason == null || !DISRUPTIONS.contains(reason))) {
            return null;
        }
        String message = status(pod).map(V1PodStatus::getMessage).orElse(null);
        String why = message != null || disruption == null
                ? join(reason, message)
                : join(disruption.getReason(), disruption.getMessage());
        return message != null && OWN_LIMIT.matcher(message).find()
                ? ended(exit, FailureClass.PLATFORM, why)
                : ended(exit, FailureClass.PREEMPTED, why);
    }

    private static Sighting ended(OptionalInt exit, FailureClass failure, String message) {
        return new Sighting(Phase.ENDED, exit, failure, sentence(message));
    }

    private static Optional<V1PodStatus> status(V1Pod pod) {
        return Optional.ofNullable(pod.getStatus());
    }

    private static String phase(V1Pod pod) {
        return status(pod).map(V1PodStatus::getPhase).orElse("Pending");
    }

    private static Optional<V1ContainerState> state(V1Pod pod) {
        return status(pod).map(V1PodStatus::getContainerStatuses).stream()
                .flatMap(List::stream)
                .filter(container -> WorkerJob.CONTAINER.equals(container.getName()) && container.getState() != null)
                .map(container -> container.getState())
                .findFirst();
    }

    private static Optional<V1PodCondition> condition(V1Pod pod, String type) {
        return status(pod).map(V1PodStatus::getConditions).stream()
                .flatMap(List::stream)
                .filter(condition -> type.equals(condition.getType()))
                .findFirst();
    }

    private static Optional<V1PodCondition> disruption(V1Pod pod) {
        return condition(pod, "DisruptionTarget").filter(condition -> "True".equals(condition.getStatus()));
    }

    private static String join(@Nullable String reason, @Nullable String message) {
        if (message == null || message.isBlank()) {
            return reason == null ? "without a reason" : reason;
        }
        return reason == null || message.contains(reason) ? message : reason + ": " + message;
    }

    /** On one line, and no longer than people read. */
    static String sentence(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= LONGEST_MESSAGE ? line : line.substring(0, LONGEST_MESSAGE - 1) + "…";
    }
}
