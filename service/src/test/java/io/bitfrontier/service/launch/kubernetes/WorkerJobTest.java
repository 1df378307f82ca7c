package io.bitfrontier.service.launch.kubernetes;

import static io.bitfrontier.service.launch.kubernetes.Samples.ARTIFACTS;
import static io.bitfrontier.service.launch.kubernetes.Samples.TOKEN;
import static io.bitfrontier.service.launch.kubernetes.Samples.WORKER;
import static io.bitfrontier.service.launch.kubernetes.Samples.launch;
import static io.bitfrontier.service.launch.kubernetes.Samples.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.util.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The golden files are made again by {@code -Dgolden=write}; a change of one is a change of what clusters see: read it. */
class WorkerJobTest {
    private static final Path GOLDEN = Path.of("src/test/resources/io/bitfrontier/service/launch/kubernetes");

    static Stream<Arguments> classes() {
        return Stream.of(
                Arguments.of("cpu", settings("artifacts-claim", "bitfrontier-artifacts"), "small"),
                Arguments.of(
                        "one-gpu",
                        settings(
                                "artifacts-claim", "bitfrontier-artifacts",
                                "classes.gpu.gpus", "1",
                                "classes.gpu.cpu", "8",
                                "classes.gpu.memory", "64Gi",
                                "classes.gpu.runs-per-worker", "1",
                                "classes.gpu.tolerations[0].key", "nvidia.com/gpu",
                                "classes.gpu.tolerations[0].effect", "NoSchedule"),
                        "gpu"),
                Arguments.of(
                        "mig",
                        settings(
                                "artifacts-claim", "bitfrontier-artifacts",
                                "classes.slice.gpus", "1",
                                "classes.slice.gpu-resource", "nvidia.com/mig-1g.10gb"),
                        "slice"),
                Arguments.of(
                        "kueue",
                        settings(
                                "artifacts-claim", "bitfrontier-artifacts",
                                "classes.queued.gpus", "1",
                                "classes.queued.queue", "research"),
                        "queued"),
                Arguments.of("no-volume", settings("classes.small.cpu", "500m"), "small"),
                Arguments.of("everything", everything(), "large"));
    }

    private static KubernetesSettings everything() {
        return settings(
                "name", "paper-two",
                "image-pull-secrets[0]", "registry-key",
                "command[0]", "/opt/bitfrontier/bin/worker",
                "arguments[0]", "work",
                "arguments[1]", "--verbose",
                "environment.TZ", "UTC",
                "artifacts-claim", "bitfrontier-artifacts",
                "volumes[0].claim", "corpora",
                "volumes[0].path", "/data/corpora",
                "user", "2000",
                "classes.large.capacity", "16",
                "classes.large.runs-per-worker", "1",
                "classes.large.gpus", "8",
                "classes.large.cpu", "96",
                "classes.large.memory", "1024Gi",
                "classes.large.scratch", "200Gi",
                "classes.large.shared-memory", "32Gi",
                "classes.large.node-selector[nvidia.com/gpu.product]", "NVIDIA-H200",
                "classes.large.tolerations[0].key", "nvidia.com/gpu",
                "classes.large.tolerations[1].key", "team",
                "classes.large.tolerations[1].operator", "Equal",
                "classes.large.tolerations[1].value", "research",
                "classes.large.tolerations[1].effect", "NoExecute",
                "classes.large.priority-class", "research-high",
                "classes.large.runtime-class", "nvidia",
                "classes.large.queue", "research",
                "classes.large.deadline", "7d",
                "classes.large.grace", "120s",
                "classes.large.ttl", "6h",
                "classes.large.image", "registry.example/bitfrontier/worker-cuda:1.0.0",
                "classes.large.environment.NCCL_DEBUG", "WARN");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("classes")
    void theObjectsAreThoseOfTheGoldenFile(String name, KubernetesSettings settings, String resourceClass)
            throws IOException {
        V1Job job = WorkerJob.job(settings, ARTIFACTS, launch(resourceClass));
        V1Secret secret = WorkerJob.secret(settings, launch(resourceClass), stored(job));
        String yaml = Yaml.dump(job) + "---\n" + Yaml.dump(secret);
        Path golden = GOLDEN.resolve(name + ".yaml");
        if ("write".equals(System.getProperty("golden"))) {
            Files.createDirectories(GOLDEN);
            Files.writeString(golden, yaml);
        }

        assertThat(yaml).isEqualTo(Files.readString(golden));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("classes")
    void whatIsSentIsAtMostHalfOfTenKilobytes(String name, KubernetesSettings settings, String resourceClass) {
        V1Job job = WorkerJob.job(settings, ARTIFACTS, launch(resourceClass));

        assertThat(JobSize.bytes(job)).as(name).isBetween(500, JobSize.MOST_BYTES);
        assertThat(JobSize.bytes(WorkerJob.secret(settings, launch(resourceClass), stored(job))))
                .as(name)
                .isBetween(100, JobSize.MOST_BYTES);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("classes")
    void theTokenStandsInTheSecretAlone(String name, KubernetesSettings settings, String resourceClass) {
        V1Job job = WorkerJob.job(settings, ARTIFACTS, launch(resourceClass));

        assertThat(JSON.serialize(job)).as(name).doesNotContain(TOKEN);
        assertThat(WorkerJob.secret(settings, launch(resourceClass), stored(job))
                        .getStringData())
                .containsExactly(Map.entry("token", TOKEN));
    }

    @Test
    void theSettingsCannotChangeWhatAWorkerMustKnow() {
        KubernetesSettings settings = settings(
                "environment.BITFRONTIER_WORKER_ID", "another",
                "environment.BITFRONTIER_WORKER_TOKEN", "stolen",
                "environment.OMP_NUM_THREADS", "3");

        Map<String, String> values = WorkerJob.job(settings, ARTIFACTS, launch("small"))
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0)
                .getEnv()
                .stream()
                .collect(java.util.stream.Collectors.toMap(
                        variable -> variable.getName(), variable -> String.valueOf(variable.getValue())));

        assertThat(values)
                .containsEntry("BITFRONTIER_WORKER_ID", WORKER.toString())
                .containsEntry("BITFRONTIER_WORKER_TOKEN", "null")
                .containsEntry("OMP_NUM_THREADS", "3");
    }

    @Test
    void aClassThatIsNotConfiguredIsRefusedByName() {
        assertThatThrownBy(() -> WorkerJob.job(settings(), ARTIFACTS, launch("huge")))
                .hasMessage("resource class 'huge' is none of small");
    }

    private static V1Job stored(V1Job job) {
        return new V1Job()
                .metadata(new V1ObjectMeta()
                        .name(job.getMetadata().getName())
                        .uid("5f3c0a52-8d0c-4d7e-8c39-0d1f6a5e9b11"));
    }
}
