package io.bitfrontier.service.launch.kubernetes;

import io.bitfrontier.service.failpoint.FailPoint;
import io.bitfrontier.service.failpoint.FailPoints;
import io.bitfrontier.service.launch.Launcher;
import io.bitfrontier.service.launch.LauncherUnavailableException;
import io.bitfrontier.service.launch.kubernetes.Complaints.Complaint;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1JobList;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodList;
import io.kubernetes.client.openapi.models.V1Secret;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Workers as Jobs. It asks the API server to make and remove them; what became of them it reads from watches, and where these
 * cannot be believed it says so and nothing else. A worker is found again by the name of its Job.
 */
final class KubernetesLauncher implements Launcher, AutoCloseable {
    static final String KIND = "kubernetes";
    private static final Logger log = LoggerFactory.getLogger(KubernetesLauncher.class);

    private final KubernetesSettings settings;
    private final Path artifacts;
    private final Cluster cluster;
    private final ApiCalls calls;
    private final WorkerTraces traces;
    private final Complaints refusals;
    private final PodLimits limits;
    private final PodLogs logs;
    private final FailPoints failPoints;
    private final Watched<V1Job, V1JobList> jobs;
    private final Watched<V1Pod, V1PodList> pods;
    private final Map<String, ResourceClass> classes;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /**
     * @param artifacts the service's artifact directory
     * @param nanos monotonic time
     */
    KubernetesLauncher(
            KubernetesSettings settings, Path artifacts, Cluster cluster, FailPoints failPoints, LongSupplier nanos) {
        this.settings = settings;
        this.failPoints = failPoints;
        this.artifacts = artifacts;
        this.cluster = cluster;
        this.calls = new ApiCalls(nanos);
        this.traces = new WorkerTraces(nanos);
        this.logs = new PodLogs(cluster);
        this.refusals = new Complaints(cluster::refusedPods, calls, nanos);
        this.limits = new PodLimits(settings.startLimit(), traces, new Complaints(cluster::hinderedPods, calls, nanos));
        this.jobs = new Watched<>(
                "Jobs", V1Job.class, cluster.jobs(), settings.staleAfter(), nanos, new Changes<>(this::jobChanged));
        this.pods = new Watched<>(
                "Pods", V1Pod.class, cluster.pods(), settings.staleAfter(), nanos, new Changes<>(this::podChanged));
        Map<String, ResourceClass> offered = new LinkedHashMap<>();
        settings.classes()
                .forEach((name, worker) -> offered.put(
                        name, new ResourceClass(name, worker.capacity(), worker.runsPerWorker(), worker.gpus())));
        this.classes = Collections.unmodifiableMap(offered);
    }

    void start() {
        jobs.start();
        pods.start();
    }

    @Override
    public void close() {
        jobs.stop();
        pods.stop();
        cluster.close();
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String installation() {
        return settings.name();
    }

    @Override
    public Map<String, ResourceClass> classes() {
        return classes;
    }

    @Override
    public Optional<String> defaultClass() {
        return Optional.ofNullable(settings.defaultClass());
    }

    /** What keeps us from our work now, in one sentence. */
    Optional<String> problem() {
        return calls.forbidden().or(jobs::problem).or(pods::problem);
    }

    /**
     * The Job first, then its Secret, which belongs to the Job: a death in between leaves a pod that never starts, and nothing
     * that outlives the Job.
     */
    @Override
    public String launch(Launch launch) throws IOException {
        String name = WorkerJob.name(launch.worker());
        makeWritable(launch.worker());
        V1Job job = made(WorkerJob.job(settings, artifacts, launch), launch.worker());
        traces.made(launch.worker().toString(), job);
        failPoints.pass(FailPoint.JOB_MADE);
        V1Secret secret = WorkerJob.secret(settings, launch, job);
        try {
            create(secret, name);
        } catch (ApiRefusedException e) {
            delete(name);
            throw e;
        }
        return name;
    }

    private V1Job made(V1Job job, UUID worker) throws IOException {
        try {
            return calls.call("create Jobs", () -> cluster.createJob(job));
        } catch (ApiRefusedException e) {
            if (!e.isConflict()) {
                throw e;
            }
            String name = WorkerJob.name(worker);
            V1Job there = calls.call("get Jobs", () -> cluster.readJob(name));
            if (!isOurs(there) || !worker.toString().equals(label(there, WorkerJob.LABEL_WORKER))) {
                throw new IOException("Job " + name + " is there already and is none of this installation's", e);
            }
            return there;
        }
    }

    private void create(V1Secret secret, String name) throws ApiRefusedException {
        try {
            calls.call("create Secrets", () -> cluster.createSecret(secret));
        } catch (ApiRefusedException e) {
            if (!e.isConflict()) {
                throw e;
            }
            // No other worker has this name, and a worker is given one token in its life: it is this very request, sent
            // again.
            log.debug("Secret {} was made by an earlier try", name);
        }
    }

    /** Made by us, so that it belongs to the user of workers; the kubelet would make it for root. */
    private void makeWritable(UUID worker) throws IOException {
        if (settings.artifactsClaim() != null) {
            Files.createDirectories(WorkerJob.writable(artifacts, worker));
        }
    }

    @Override
    public Sighting look(UUID worker, @Nullable String externalId) {
        jobs.requireFresh();
        pods.requireFresh();
        String id = worker.toString();
        V1Job job = jobs.of(id).stream()
                .findFirst()
                .or(() -> traces.madeWithin(id, settings.staleAfter()))
                .orElse(null);
        Optional<V1Pod> pod = pods.of(id).stream().max(Comparator.comparing(KubernetesLauncher::createdAt));
        if (pod.isPresent()) {
            return WorkerSighting.of(pod.get(), JobSighting.deadline(job, pod.get()), limits);
        }
        Optional<V1Pod> gone = traces.gone(id);
        if (gone.isPresent()) {
            return WorkerSighting.ofDeleted(gone.get(), JobSighting.deadline(job, gone.get()));
        }
        return job == null
                ? Sighting.of(Phase.MISSING)
                : JobSighting.of(
                        job,
                        isActive(job)
                                ? null
                                : refusals.about(WorkerJob.name(worker))
                                        .map(Complaint::message)
                                        .orElse(null));
    }

    private static OffsetDateTime createdAt(V1Pod pod) {
        OffsetDateTime created = meta(pod).getCreationTimestamp();
        return created == null ? OffsetDateTime.MIN : created;
    }

    private static boolean isActive(V1Job job) {
        return job.getStatus() != null
                && job.getStatus().getActive() != null
                && job.getStatus().getActive() > 0;
    }

    @Override
    public Map<UUID, String> discover() {
        Map<UUID, String> found = new HashMap<>();
        for (V1Job job : asked("list Jobs", cluster::listJobs)) {
            String worker = label(job, WorkerJob.LABEL_WORKER);
            String name = meta(job).getName();
            // Whoever labelled it: only what is named as we name it can be ours.
            WorkerJob.worker(name)
                    .filter(id -> isOurs(job) && id.toString().equals(worker))
                    .ifPresent(id -> found.put(id, WorkerJob.name(id)));
        }
        return found;
    }

    /** Deletes the Job: its pod is sent SIGTERM and has its grace. */
    @Override
    public void terminate(String externalId) {
        removeOurs(externalId);
    }

    /** Deletes the Job; the pod's grace is the longest it goes on, and what it writes meanwhile is refused. */
    @Override
    public void kill(String externalId) {
        removeOurs(externalId);
    }

    @Override
    public void forget(UUID worker, String externalId) {
        removeOurs(externalId);
        traces.forget(worker.toString());
        if (settings.artifactsClaim() != null) {
            try {
                Files.deleteIfExists(WorkerJob.writable(artifacts, worker));
            } catch (DirectoryNotEmptyException e) {
                log.debug("worker {} has left checkpoints", worker);
            } catch (IOException e) {
                log.warn("the empty directory of worker {} stays: {}", worker, e.toString());
            }
        }
    }

    @Override
    public Optional<String> output(UUID worker, @Nullable String externalId) {
        return pods.of(worker.toString()).stream()
                .max(Comparator.comparing(KubernetesLauncher::createdAt))
                .flatMap(pod -> logs.tail(String.valueOf(meta(pod).getName())));
    }

    @Override
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    private void removeOurs(String name) {
        try {
            V1Job job = calls.call("get Jobs", () -> cluster.readJob(name));
            if (isOurs(job)) {
                String uid = meta(job).getUid();
                calls.call("delete Jobs", () -> cluster.deleteJob(name, uid));
            } else {
                log.warn("Job {} stays: it is none of this installation's", name);
            }
        } catch (ApiRefusedException e) {
            if (!e.isNotFound() && !e.isConflict()) {
                throw new LauncherUnavailableException("Job " + name + " cannot be removed: " + e.getMessage(), e);
            }
        }
    }

    private void delete(String name) {
        try {
            calls.call("delete Jobs", () -> cluster.deleteJob(name, null));
        } catch (ApiRefusedException | LauncherUnavailableException e) {
            log.warn("Job {} stays for now: {}", name, e.getMessage());
        }
    }

    private <T> T asked(String what, ApiCalls.Request<T> request) {
        try {
            return calls.call(what, request);
        } catch (ApiRefusedException e) {
            throw new LauncherUnavailableException("may not " + what + ": " + e.getMessage(), e);
        }
    }

    private boolean isOurs(KubernetesObject object) {
        return settings.name().equals(label(object, WorkerJob.LABEL_INSTALLATION));
    }

    private static @Nullable String label(KubernetesObject object, String label) {
        Map<String, String> labels = meta(object).getLabels();
        return labels == null ? null : labels.get(label);
    }

    private static V1ObjectMeta meta(KubernetesObject object) {
        return Objects.requireNonNull(object.getMetadata(), "objects of the API server have metadata");
    }

    private void jobChanged(V1Job job, boolean deleted) {
        String worker = label(job, WorkerJob.LABEL_WORKER);
        if (worker != null) {
            traces.shown(worker);
        }
    }

    private void podChanged(V1Pod pod, boolean deleted) {
        String worker = label(pod, WorkerJob.LABEL_WORKER);
        if (deleted && worker != null) {
            traces.gone(worker, String.valueOf(meta(pod).getUid()), pod);
        }
    }

    private interface Change<T> {
        void of(T object, boolean deleted);
    }

    /** Events decide nothing: they are noted and bring a round forward. */
    private final class Changes<T extends KubernetesObject> implements ResourceEventHandler<T> {
        private final Change<T> change;

        Changes(Change<T> change) {
            this.change = change;
        }

        @Override
        public void onAdd(T object) {
            happened(object, false);
        }

        @Override
        public void onUpdate(T before, T object) {
            if (!Objects.equals(meta(before).getResourceVersion(), meta(object).getResourceVersion())) {
                happened(object, false);
            }
        }

        @Override
        public void onDelete(T object, boolean lastStateUnknown) {
            happened(object, true);
        }

        private void happened(T object, boolean deleted) {
            change.of(object, deleted);
            new ArrayList<>(listeners).forEach(Runnable::run);
        }
    }
}
