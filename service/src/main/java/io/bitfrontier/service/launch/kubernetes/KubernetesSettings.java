package io.bitfrontier.service.launch.kubernetes;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Workers as Jobs of a cluster; read where {@code bitfrontier.launch.kind} is {@code kubernetes}.
 *
 * @param kubeconfig file that says where the cluster is; default: the file that KUBECONFIG names, or the service account of the pod
 *     that the service runs in
 * @param namespace where Jobs are made
 * @param name of the installation: several in one namespace differ by it
 * @param image of the workers
 * @param imagePullSecrets names of the Secrets that open the image's registry
 * @param command of the worker's container; default: the image's own
 * @param arguments of the worker's container
 * @param environment more variables of the worker's container
 * @param artifactsClaim claim of the volume that holds the service's artifact directory; without one, workers have no volume
 * @param volumes more claims that workers read, data sets for example
 * @param user numeric user and group of the workers' processes, as in the images; that of the service too where they share a volume
 * @param startLimit how long an image may fail to be pulled, or a container to be made, before its worker is given up; three times
 *     as long where what fails is a volume or the pod's network
 * @param staleAfter how long the API server may be silent before what was seen last is no longer believed
 * @param requestTimeout how long one request to the API server may take
 * @param defaultClass class of sweeps that name none; default: {@code local} where there is one, otherwise the first
 * @param classes resource classes by the names that sweeps use
 */
@Validated
@DefaultClassOffered
@ConfigurationProperties("bitfrontier.launch.kubernetes")
@ConditionalOnProperty(name = "bitfrontier.launch.kind", havingValue = "kubernetes")
record KubernetesSettings(
        @Nullable Path kubeconfig,

        @NotNull @Pattern(regexp = LABEL, message = LABEL_MESSAGE)
        String namespace,

        @DefaultValue("bitfrontier") @Pattern(regexp = LABEL, message = LABEL_MESSAGE)
        String name,

        @NotBlank String image,

        @DefaultValue({}) List<@NotNull @Pattern(regexp = NAME, message = NAME_MESSAGE) String> imagePullSecrets,

        @DefaultValue({}) List<String> command,
        @DefaultValue("work") List<String> arguments,
        @DefaultValue Map<String, String> environment,

        @Nullable @Pattern(regexp = NAME, message = NAME_MESSAGE)
        String artifactsClaim,

        @DefaultValue({}) List<@NotNull @Valid ClaimedVolume> volumes,

        @DefaultValue("65532") @Min(1) @Max(4_294_967_294L) long user,

        @DefaultValue("5m") @DurationMin(seconds = 0) @DurationMax(hours = 24)
        Duration startLimit,

        @DefaultValue("3m") @DurationMin(seconds = 1) @DurationMax(minutes = 30)
        Duration staleAfter,

        @DefaultValue("15s") @DurationMin(millis = 100) @DurationMax(minutes = 5)
        Duration requestTimeout,

        @Nullable String defaultClass,

        @NotEmpty(message = "must name at least one resource class")
        Map<@NotNull @Pattern(regexp = LABEL, message = LABEL_MESSAGE) String, @NotNull @Valid WorkerClass> classes) {
    static final String LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
    static final String LABEL_MESSAGE =
            "must be 1 to 63 lower-case letters, digits or '-', beginning and ending with none of '-'";
    static final String NAME = "[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?";
    static final String NAME_MESSAGE =
            "must be 1 to 253 lower-case letters, digits, '-' or '.', beginning and ending with a letter or digit";

    /**
     * A volume that workers read and never write.
     *
     * @param claim its claim
     * @param path where it is mounted: where the service sees the same files
     */
    record ClaimedVolume(
            @NotNull @Pattern(regexp = NAME, message = NAME_MESSAGE)
            String claim,

            @NotNull @Pattern(regexp = "/.+", message = "must be an absolute path")
            String path) {}
}
