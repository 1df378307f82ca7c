package io.bitfrontier.service.launch.kubernetes;

import io.bitfrontier.service.launch.Launcher.Launch;
import io.bitfrontier.service.launch.kubernetes.KubernetesSettings.ClaimedVolume;
import io.bitfrontier.service.run.ArtifactStore;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.V1Capabilities;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1EmptyDirVolumeSource;
import io.kubernetes.client.openapi.models.V1EnvVar;
import io.kubernetes.client.openapi.models.V1EnvVarSource;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1JobSpec;
import io.kubernetes.client.openapi.models.V1LocalObjectReference;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1OwnerReference;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaimVolumeSource;
import io.kubernetes.client.openapi.models.V1PodFailurePolicy;
import io.kubernetes.client.openapi.models.V1PodFailurePolicyOnExitCodesRequirement;
import io.kubernetes.client.openapi.models.V1PodFailurePolicyOnPodConditionsPattern;
import io.kubernetes.client.openapi.models.V1PodFailurePolicyRule;
import io.kubernetes.client.openapi.models.V1PodSecurityContext;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1PodTemplateSpec;
import io.kubernetes.client.openapi.models.V1ResourceRequirements;
import io.kubernetes.client.openapi.models.V1SeccompProfile;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1SecretKeySelector;
import io.kubernetes.client.openapi.models.V1SecurityContext;
import io.kubernetes.client.openapi.models.V1Toleration;
import io.kubernetes.client.openapi.models.V1Volume;
import io.kubernetes.client.openapi.models.V1VolumeMount;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A worker as cluster objects: a Job that makes one pod, once, and the Secret with its token. Nothing but the arguments decides
 * what comes out. Retries are not the Job's business: rows decide them, so that each worker has one pod and one end.
 */
final class WorkerJob {
    static final String CONTAINER = "worker";
    static final String LABEL_INSTALLATION = "bitfrontier.io/installation";
    static final String LABEL_WORKER = "bitfrontier.io/worker";
    static final String LABEL_CLASS = "bitfrontier.io/resource-class";
    static final String LABEL_QUEUE = "kueue.x-k8s.io/queue-name";
    private static final String NAME_PREFIX = "bf-worker-";
    /** A worker ends by itself this long before its pod is killed. */
    private static final Duration KILL_MARGIN = Duration.ofSeconds(5);

    private static final String TOKEN_KEY = "token";
    private static final String SCRATCH = "/tmp";
    private static final String JOB_VERSION = "batch/v1";

    private WorkerJob() {}

    /** The name of a worker's Job and Secret; a worker has no other, so that making it twice is harmless. */
    static String name(UUID worker) {
        return NAME_PREFIX + worker;
    }

    /** The worker whose Job is called so; empty for any other name. */
    static Optional<UUID> worker(@Nullable String name) {
        try {
            return Optional.ofNullable(name)
                    .filter(text -> text.startsWith(NAME_PREFIX))
                    .map(text -> UUID.fromString(text.substring(NAME_PREFIX.length())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** What selects everything of one installation. */
    static String selector(KubernetesSettings settings) {
        return LABEL_INSTALLATION + "=" + settings.name();
    }

    /** The part of the artifact store that one worker may write: all other workers' are mounted read-only. */
    static Path writable(Path artifacts, UUID worker) {
        return artifacts.resolve(ArtifactStore.writtenBy(worker));
    }

    /**
     * The Job of a worker, without its token.
     *
     * @param artifacts the service's artifact directory, which attempts are addressed by
     */
    static V1Job job(KubernetesSettings settings, Path artifacts, Launch launch) {
        WorkerClass worker = classOf(settings, launch);
        return new V1Job()
                .apiVersion(JOB_VERSION)
                .kind("Job")
                .metadata(new V1ObjectMeta()
                        .name(name(launch.worker()))
                        .namespace(settings.namespace())
                        .labels(jobLabels(settings, worker, launch)))
                .spec(new V1JobSpec()
                        .suspend(worker.queue() == null ? null : true)
                        .parallelism(1)
                        .completions(1)
                        .backoffLimit(0)
                        .podReplacementPolicy("Failed")
                        .podFailurePolicy(podFailurePolicy())
                        .activeDeadlineSeconds(seconds(worker.deadline()))
                        .ttlSecondsAfterFinished((int) worker.ttl().toSeconds())
                        .template(new V1PodTemplateSpec()
                                .metadata(new V1ObjectMeta().labels(labels(settings, launch)))
                                .spec(pod(settings, worker, artifacts, launch))));
    }

    /**
     * The Secret of a worker: it belongs to the Job, which takes it along when it goes.
     *
     * @param job as the API server answered it
     */
    static V1Secret secret(KubernetesSettings settings, Launch launch, V1Job job) {
        V1ObjectMeta owner = Objects.requireNonNull(job.getMetadata(), "a Job has metadata");
        return new V1Secret()
                .apiVersion("v1")
                .kind("Secret")
                .metadata(new V1ObjectMeta()
                        .name(name(launch.worker()))
                        .namespace(settings.namespace())
                        .labels(labels(settings, launch))
                        .addOwnerReferencesItem(new V1OwnerReference()
                                .apiVersion(JOB_VERSION)
                                .kind("Job")
                                .name(owner.getName())
                                .uid(owner.getUid())
                                .controller(true)))
                .type("Opaque")
                .immutable(true)
                .stringData(Map.of(TOKEN_KEY, launch.token()));
    }

    static WorkerClass classOf(KubernetesSettings settings, Launch launch) {
        WorkerClass worker = settings.classes().get(launch.resourceClass());
        if (worker == null) {
            throw new IllegalArgumentException("resource class '" + launch.resourceClass() + "' is none of "
                    + String.join(", ", settings.classes().keySet()));
        }
        return worker;
    }

    private static Map<String, String> labels(KubernetesSettings settings, Launch launch) {
        Map<String, String> labels = new LinkedHashMap<>();
        // Not the service's own name: no selector of the service may find a worker.
        labels.put("app.kubernetes.io/name", "bitfrontier-worker");
        labels.put("app.kubernetes.io/instance", settings.name());
        labels.put("app.kubernetes.io/component", "worker");
        labels.put("app.kubernetes.io/managed-by", "bitfrontier");
        labels.put(LABEL_INSTALLATION, settings.name());
        labels.put(LABEL_WORKER, launch.worker().toString());
        labels.put(LABEL_CLASS, launch.resourceClass());
        return labels;
    }

    private static Map<String, String> jobLabels(KubernetesSettings settings, WorkerClass worker, Launch launch) {
        Map<String, String> labels = labels(settings, launch);
        if (worker.queue() != null) {
            labels.put(LABEL_QUEUE, worker.queue());
        }
        return labels;
    }

    /**
     * Every end is a failure of the Job, at once and for good. The rules exist for the sentence that the Job controller writes
     * into the Job's status: it names the exit code, and outlives the pod.
     */
    private static V1PodFailurePolicy podFailurePolicy() {
        return new V1PodFailurePolicy()
                .addRulesItem(new V1PodFailurePolicyRule()
                        .action("FailJob")
                        .addOnPodConditionsItem(new V1PodFailurePolicyOnPodConditionsPattern()
                                .type("DisruptionTarget")
                                .status("True")))
                .addRulesItem(new V1PodFailurePolicyRule()
                        .action("FailJob")
                        .onExitCodes(new V1PodFailurePolicyOnExitCodesRequirement()
                                .containerName(CONTAINER)
                                .operator("In")
                                .values(List.of(
                                        WorkerProtocol.EXIT_USER_INPUT,
                                        WorkerProtocol.EXIT_PLATFORM,
                                        WorkerProtocol.EXIT_PREEMPTED,
                                        WorkerProtocol.EXIT_OUT_OF_MEMORY))))
                .addRulesItem(new V1PodFailurePolicyRule()
                        .action("FailJob")
                        .onExitCodes(new V1PodFailurePolicyOnExitCodesRequirement()
                                .containerName(CONTAINER)
                                .operator("NotIn")
                                .values(List.of(WorkerProtocol.EXIT_DONE))));
    }

    private static V1PodSpec pod(KubernetesSettings settings, WorkerClass worker, Path artifacts, Launch launch) {
        V1PodSpec pod = new V1PodSpec()
                // The client sends an empty one, which differs from that of a runtime class that has any.
                .overhead(null)
                .restartPolicy("Never")
                .terminationGracePeriodSeconds(seconds(worker.grace()))
                .automountServiceAccountToken(false)
                .enableServiceLinks(false)
                .priorityClassName(worker.priorityClass())
                .runtimeClassName(worker.runtimeClass())
                .securityContext(new V1PodSecurityContext()
                        .runAsNonRoot(true)
                        .runAsUser(settings.user())
                        .runAsGroup(settings.user())
                        .fsGroup(settings.user())
                        .fsGroupChangePolicy("OnRootMismatch")
                        .seccompProfile(new V1SeccompProfile().type("RuntimeDefault")))
                .addContainersItem(container(settings, worker, artifacts, launch));
        if (!worker.nodeSelector().isEmpty()) {
            pod.nodeSelector(worker.nodeSelector());
        }
        for (WorkerClass.Toleration toleration : worker.tolerations()) {
            pod.addTolerationsItem(new V1Toleration()
                    .key(toleration.key())
                    .operator(toleration.operator())
                    .value(toleration.value())
                    .effect(toleration.effect()));
        }
        for (String secret : settings.imagePullSecrets()) {
            pod.addImagePullSecretsItem(new V1LocalObjectReference().name(secret));
        }
        volumes(settings, worker).forEach(pod::addVolumesItem);
        return pod;
    }

    private static V1Container container(
            KubernetesSettings settings, WorkerClass worker, Path artifacts, Launch launch) {
        V1Container container = new V1Container()
                .name(CONTAINER)
                .image(worker.image() == null ? settings.image() : worker.image())
                .resources(resources(worker))
                .securityContext(new V1SecurityContext()
                        .allowPrivilegeEscalation(false)
                        .privileged(false)
                        .readOnlyRootFilesystem(true)
                        .capabilities(new V1Capabilities().addDropItem("ALL")))
                .terminationMessagePolicy("FallbackToLogsOnError");
        if (!settings.command().isEmpty()) {
            container.command(settings.command());
        }
        if (!settings.arguments().isEmpty()) {
            container.args(settings.arguments());
        }
        environment(settings, worker, launch).forEach(container::addEnvItem);
        mounts(settings, worker, artifacts, launch).forEach(container::addVolumeMountsItem);
        return container;
    }

    /** Requests equal limits, so that the pod is of the guaranteed kind and keeps its cores. */
    private static V1ResourceRequirements resources(WorkerClass worker) {
        Map<String, Quantity> amounts = new LinkedHashMap<>();
        amounts.put("cpu", new Quantity(worker.cpu()));
        amounts.put("memory", new Quantity(worker.memory()));
        if (worker.gpus() > 0) {
            amounts.put(worker.gpuResource(), new Quantity(Integer.toString(worker.gpus())));
        }
        return new V1ResourceRequirements().requests(amounts).limits(new LinkedHashMap<>(amounts));
    }

    private static List<V1EnvVar> environment(KubernetesSettings settings, WorkerClass worker, Launch launch) {
        String threads = new Quantity(worker.cpu())
                .getNumber()
                .setScale(0, RoundingMode.CEILING)
                .toPlainString();
        Map<String, String> values = new LinkedHashMap<>();
        values.put("HOME", SCRATCH);
        values.put("MKL_THREADING_LAYER", "GNU");
        values.put("OMP_NUM_THREADS", threads);
        values.put("MKL_NUM_THREADS", threads);
        if (worker.gpus() > 0) {
            // without it a GPU does not repeat its bits, and the worker refuses to start
            values.put("CUBLAS_WORKSPACE_CONFIG", ":4096:8");
        }
        values.putAll(settings.environment());
        values.putAll(worker.environment());
        // What the worker must know comes last: settings cannot change it.
        values.put(WorkerProtocol.ENV_SERVICE_URL, launch.service().toString());
        values.put(WorkerProtocol.ENV_WORKER_ID, launch.worker().toString());
        values.put(WorkerProtocol.ENV_WORKER_SCRATCH, SCRATCH);
        values.put(WorkerProtocol.ENV_WORKER_THREADS, threads);
        values.put(WorkerProtocol.ENV_WORKER_DEVICE, worker.gpus() > 0 ? "cuda" : "cpu");
        values.put(WorkerProtocol.ENV_WORKER_RANKS, Integer.toString(Math.max(1, worker.gpus())));
        values.put(
                WorkerProtocol.ENV_WORKER_GRACE_SECONDS,
                Long.toString(Math.max(1, worker.grace().minus(KILL_MARGIN).toSeconds())));
        values.remove(WorkerProtocol.ENV_WORKER_TOKEN);
        List<V1EnvVar> variables = new ArrayList<>();
        values.forEach((name, value) -> variables.add(new V1EnvVar().name(name).value(value)));
        variables.add(new V1EnvVar()
                .name(WorkerProtocol.ENV_WORKER_TOKEN)
                .valueFrom(new V1EnvVarSource()
                        .secretKeyRef(new V1SecretKeySelector()
                                .name(name(launch.worker()))
                                .key(TOKEN_KEY))));
        return variables;
    }

    private static List<V1Volume> volumes(KubernetesSettings settings, WorkerClass worker) {
        List<V1Volume> volumes = new ArrayList<>();
        volumes.add(new V1Volume()
                .name("scratch")
                .emptyDir(new V1EmptyDirVolumeSource().sizeLimit(new Quantity(worker.scratch()))));
        if (worker.gpus() > 1) {
            volumes.add(new V1Volume()
                    .name("shared-memory")
                    .emptyDir(new V1EmptyDirVolumeSource()
                            .medium("Memory")
                            .sizeLimit(new Quantity(worker.sharedMemory()))));
        }
        if (settings.artifactsClaim() != null) {
            // Read-only is each mount's affair: the volume itself is written below the worker's own directory.
            volumes.add(claimed("artifacts", settings.artifactsClaim(), null));
        }
        for (int i = 0; i < settings.volumes().size(); i++) {
            volumes.add(claimed("volume-" + i, settings.volumes().get(i).claim(), true));
        }
        return volumes;
    }

    private static V1Volume claimed(String name, String claim, @Nullable Boolean readOnly) {
        return new V1Volume()
                .name(name)
                .persistentVolumeClaim(new V1PersistentVolumeClaimVolumeSource()
                        .claimName(claim)
                        .readOnly(readOnly));
    }

    private static List<V1VolumeMount> mounts(
            KubernetesSettings settings, WorkerClass worker, Path artifacts, Launch launch) {
        List<V1VolumeMount> mounts = new ArrayList<>();
        mounts.add(new V1VolumeMount().name("scratch").mountPath(SCRATCH));
        if (worker.gpus() > 1) {
            mounts.add(new V1VolumeMount().name("shared-memory").mountPath("/dev/shm"));
        }
        if (settings.artifactsClaim() != null) {
            mounts.add(new V1VolumeMount()
                    .name("artifacts")
                    .mountPath(artifacts.toString())
                    .readOnly(true));
            mounts.add(new V1VolumeMount()
                    .name("artifacts")
                    .mountPath(writable(artifacts, launch.worker()).toString())
                    .subPath(ArtifactStore.writtenBy(launch.worker())));
        }
        for (int i = 0; i < settings.volumes().size(); i++) {
            ClaimedVolume volume = settings.volumes().get(i);
            mounts.add(new V1VolumeMount()
                    .name("volume-" + i)
                    .mountPath(volume.path())
                    .readOnly(true));
        }
        return mounts;
    }

    private static @Nullable Long seconds(@Nullable Duration duration) {
        return duration == null ? null : Long.valueOf(duration.toSeconds());
    }
}
