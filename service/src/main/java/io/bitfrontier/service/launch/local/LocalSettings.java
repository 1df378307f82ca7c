package io.bitfrontier.service.launch.local;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Worker processes on this machine.
 *
 * @param classPath of the worker; empty: no workers are started here
 * @param mainClass of the worker
 * @param arguments of the worker
 * @param workers most processes at one time; default: as many as cores and memory allow
 * @param threads that each may use
 * @param memory that each is expected to need
 * @param runsPerWorker runs after which a worker leaves; 0 for no limit
 * @param jvmOptions of each
 */
@Validated
@ConfigurationProperties("bitfrontier.launch.local")
record LocalSettings(
        @DefaultValue("") @NotNull String classPath,

        @DefaultValue("io.bitfrontier.trainer.Main") @NotBlank
        String mainClass,

        @DefaultValue("work") @NotNull List<String> arguments,
        @Nullable @Min(0) @Max(1024) Integer workers,
        @DefaultValue("1") @Min(1) @Max(1024) int threads,
        @DefaultValue("1536MB") @NotNull DataSize memory,
        @DefaultValue("0") @Min(0) @Max(1_000_000) int runsPerWorker,

        @DefaultValue({"-Xmx768m", "-XX:+UseSerialGC", "-Xshare:auto", "-Dorg.bytedeco.openblas.load=mkl_rt"}) @NotNull
        List<String> jvmOptions) {
    /** How many processes fit: bounded by cores over threads and by three quarters of the memory; at least one. */
    int capacity(int cores, long memoryBytes) {
        if (classPath.isEmpty()) {
            return 0;
        }
        if (workers != null) {
            return workers;
        }
        long byMemory = memoryBytes / 4 * 3 / memory.toBytes();
        return (int) Math.max(1, Math.min(cores / threads, byMemory));
    }
}
