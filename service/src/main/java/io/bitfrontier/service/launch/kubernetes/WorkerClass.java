package io.bitfrontier.service.launch.kubernetes;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the workers of one resource class are made of.
 *
 * @param capacity most Jobs at one time, the window
 * @param runsPerWorker runs after which a worker leaves; 0 for no limit
 * @param gpus of each worker; requested and limited alike
 * @param gpuResource what a GPU is called: {@code nvidia.com/gpu}, or a MIG resource
 * @param cpu cores of each worker, requested and limited alike; rounded up, the threads of its trainer
 * @param memory of each worker, requested and limited alike
 * @param scratch most that a worker may write to its own disk
 * @param sharedMemory size of /dev/shm, taken from the memory, where a worker has several GPUs
 * @param nodeSelector labels that a node must have
 * @param tolerations taints that are tolerated
 * @param priorityClass of the pods
 * @param runtimeClass of the pods
 * @param queue name of the Kueue queue that admits the Jobs
 * @param deadline longest life of a worker; default: none
 * @param grace time from SIGTERM to SIGKILL, in which a worker checkpoints
 * @param ttl time after which a finished Job is removed even if the service never came to do it
 * @param image of this class's workers; default: that of all
 * @param environment more variables of this class's containers
 */
record WorkerClass(
        @DefaultValue("200") @Min(0) @Max(10_000) int capacity,
        @DefaultValue("0") @Min(0) @Max(1_000_000) int runsPerWorker,
        @DefaultValue("0") @Min(0) @Max(64) int gpus,

        @DefaultValue("nvidia.com/gpu")
        @Pattern(regexp = "[a-z0-9.-]+/[A-Za-z0-9._-]+", message = "must be a resource name such as nvidia.com/gpu")
        String gpuResource,

        @DefaultValue("1")
        @Pattern(regexp = "([1-9][0-9]*|[0-9]+\\.[0-9]+|[1-9][0-9]*m)", message = "must be cores: 4, 0.5 or 500m")
        String cpu,

        @DefaultValue("2Gi") @Pattern(regexp = BYTES, message = BYTES_MESSAGE)
        String memory,

        @DefaultValue("2Gi") @Pattern(regexp = BYTES, message = BYTES_MESSAGE)
        String scratch,

        @DefaultValue("1Gi") @Pattern(regexp = BYTES, message = BYTES_MESSAGE)
        String sharedMemory,

        @DefaultValue Map<String, String> nodeSelector,
        @DefaultValue({}) List<@NotNull @Valid Toleration> tolerations,

        @Nullable @Pattern(regexp = KubernetesSettings.NAME, message = KubernetesSettings.NAME_MESSAGE)
        String priorityClass,

        @Nullable @Pattern(regexp = KubernetesSettings.NAME, message = KubernetesSettings.NAME_MESSAGE)
        String runtimeClass,

        @Nullable @Pattern(regexp = KubernetesSettings.LABEL, message = KubernetesSettings.LABEL_MESSAGE)
        String queue,

        @Nullable @DurationMin(seconds = 1) @DurationMax(days = 365)
        Duration deadline,

        @DefaultValue("30s") @DurationMin(seconds = 1) @DurationMax(hours = 24)
        Duration grace,

        @DefaultValue("1d") @DurationMin(seconds = 1) @DurationMax(days = 365)
        Duration ttl,

        @Nullable String image,
        @DefaultValue Map<String, String> environment) {
    private static final String BYTES = "[1-9][0-9]*(k|M|G|T|Ki|Mi|Gi|Ti)?";
    private static final String BYTES_MESSAGE = "must be bytes such as 512Mi or 16Gi";

    /**
     * A taint that is tolerated.
     *
     * @param key of the taint; absent with {@code Exists}: every taint
     * @param operator {@code Exists} or {@code Equal}
     * @param value of the taint, with {@code Equal}
     * @param effect {@code NoSchedule}, {@code PreferNoSchedule} or {@code NoExecute}; absent: every effect
     */
    record Toleration(
            @Nullable String key,

            @DefaultValue("Exists") @Pattern(regexp = "Exists|Equal", message = "must be Exists or Equal")
            String operator,

            @Nullable String value,

            @Nullable
            @Pattern(
                    regexp = "NoSchedule|PreferNoSchedule|NoExecute",
                    message = "must be NoSchedule, PreferNoSchedule or NoExecute")
            String effect) {}
}
