package io.bitfrontier.service.launch.kubernetes;

import io.bitfrontier.service.launch.Launcher.Sighting;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1JobCondition;
import io.kubernetes.client.openapi.models.V1JobStatus;
import io.kubernetes.client.openapi.models.V1Pod;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a worker's Job says about it where its pod is not there, or not yet. */
final class JobSighting {
    /** As the Job controller words it for a rule of the pod failure policy; it has the code from the kubelet. */
    private static final Pattern EXIT_CODE = Pattern.compile("failed with exit code (\\d{1,3})\\b");

    private JobSighting() {}

    /** @param refusal why the pod could not be made, where it is known */
    static Sighting of(V1Job job, @Nullable String refusal) {
        if (condition(job, "Complete")
                .or(() -> condition(job, "SuccessCriteriaMet"))
                .isPresent()) {
            return Sighting.ended(WorkerProtocol.EXIT_DONE);
        }
        V1JobCondition failed = condition(job, "Failed")
                .or(() -> condition(job, "FailureTarget"))
                .orElse(null);
        if (failed != null) {
            String message = failed.getMessage() == null ? String.valueOf(failed.getReason()) : failed.getMessage();
            Matcher code = EXIT_CODE.matcher(message);
            return code.find()
                    ? Sighting.ended(Integer.parseInt(code.group(1)))
                    : WorkerSighting.missing("its Job failed and its pod is gone: " + message);
        }
        if (job.getSpec() != null && Boolean.TRUE.equals(job.getSpec().getSuspend())) {
            String queue = queue(job);
            return Sighting.waiting(queue == null ? "its Job is suspended" : "waits to be admitted by queue " + queue);
        }
        return Sighting.waiting(
                refusal == null
                        ? "waits for its pod to be made"
                        : WorkerSighting.sentence("its pod is refused: " + refusal));
    }

    /**
     * What there is to say where the Job ran past its deadline; null where it did not. The Job controller deletes the pod before it
     * says so, and the pod may end before either is seen: then the pod's own times tell that it was asked to leave after the
     * deadline.
     */
    static @Nullable String deadline(@Nullable V1Job job, @Nullable V1Pod pod) {
        if (job == null) {
            return null;
        }
        String said = condition(job, "Failed")
                .or(() -> condition(job, "FailureTarget"))
                .filter(condition -> "DeadlineExceeded".equals(condition.getReason()))
                .map(condition -> "it ran past its deadline: " + condition.getMessage())
                .orElse(null);
        return said == null && pod != null && wasDeletedPastDeadline(job, pod)
                ? "it ran past its deadline: Job was active longer than specified deadline"
                : said;
    }

    private static boolean wasDeletedPastDeadline(V1Job job, V1Pod pod) {
        boolean jobWasDeleted = job.getMetadata() != null && job.getMetadata().getDeletionTimestamp() != null;
        Long deadline = job.getSpec() == null ? null : job.getSpec().getActiveDeadlineSeconds();
        OffsetDateTime begun = job.getStatus() == null ? null : job.getStatus().getStartTime();
        OffsetDateTime end =
                pod.getMetadata() == null ? null : pod.getMetadata().getDeletionTimestamp();
        if (jobWasDeleted || deadline == null || begun == null || end == null) {
            return false;
        }
        // The time of deletion is that at which the grace is over.
        Long grace = pod.getMetadata().getDeletionGracePeriodSeconds();
        return !end.minusSeconds(grace == null ? 0 : grace).isBefore(begun.plusSeconds(deadline));
    }

    private static @Nullable String queue(V1Job job) {
        return job.getMetadata() == null || job.getMetadata().getLabels() == null
                ? null
                : job.getMetadata().getLabels().get(WorkerJob.LABEL_QUEUE);
    }

    private static Optional<V1JobCondition> condition(V1Job job, String type) {
        return Optional.ofNullable(job.getStatus()).map(V1JobStatus::getConditions).stream()
                .flatMap(List::stream)
                .filter(condition -> type.equals(condition.getType()) && "True".equals(condition.getStatus()))
                .findFirst();
    }
}
