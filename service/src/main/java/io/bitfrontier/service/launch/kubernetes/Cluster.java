package io.bitfrontier.service.launch.kubernetes;

import com.google.gson.reflect.TypeToken;
import io.kubernetes.client.informer.ListerWatcher;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.apis.BatchV1Api;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.CoreV1Event;
import io.kubernetes.client.openapi.models.CoreV1EventList;
import io.kubernetes.client.openapi.models.V1DeleteOptions;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1JobList;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodList;
import io.kubernetes.client.openapi.models.V1Preconditions;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.util.CallGeneratorParams;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;
import io.kubernetes.client.util.Watch;
import io.kubernetes.client.util.Watchable;
import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** Every request that we make of the API server, and no other: what the Role must allow stands here. */
final class Cluster {
    private static final int PAGE = 500;
    private static final Duration PING_EVERY = Duration.ofSeconds(15);
    /** The log is cut before it is sent; its tail is cut again here. */
    private static final int LOG_BYTES = 1 << 20;

    private static final int LOG_LINES = 1000;
    /** Of one kind, in a namespace that may hold other things than ours. */
    private static final int MOST_EVENTS = 2_000;
    /** What keeps a node from making a pod's container at all; what comes after stands in the container's state. */
    private static final Set<String> HINDRANCES = Set.of(
            "FailedAttachVolume",
            "FailedMount",
            "FailedMapVolume",
            "FailedCreatePodSandBox",
            "FailedPrepareDynamicResources",
            "NetworkNotReady");

    private final String namespace;
    private final String selector;
    private final ApiClient client;
    private final OkHttpClient watching;
    private final BatchV1Api batch;
    private final CoreV1Api core;

    /** @param client how to reach the cluster; requests are given the settings' limits */
    Cluster(ApiClient client, KubernetesSettings settings) {
        toleratesNewFields();
        this.namespace = settings.namespace();
        this.selector = WorkerJob.selector(settings);
        this.client = client;
        OkHttpClient http = client.getHttpClient();
        // A watch is silent for long; pings notice a peer that is gone. Connections of its own: what ends a watch ends
        // no call.
        this.watching = http.newBuilder()
                .connectionPool(new ConnectionPool())
                .readTimeout(Duration.ZERO)
                .callTimeout(Duration.ZERO)
                .pingInterval(PING_EVERY)
                .build();
        client.setHttpClient(http.newBuilder()
                .connectTimeout(settings.requestTimeout())
                .readTimeout(settings.requestTimeout())
                .callTimeout(settings.requestTimeout().multipliedBy(2))
                .build());
        this.batch = new BatchV1Api(client);
        this.core = new CoreV1Api(client);
    }

    /**
     * The client refuses objects with fields that it does not know, and a cluster newer than the client has some. What it reads
     * and writes is otherwise as it was.
     */
    private static void toleratesNewFields() {
        JSON.setGson(JSON.createGson()
                .registerTypeAdapter(OffsetDateTime.class, new JSON.OffsetDateTimeTypeAdapter())
                .registerTypeAdapter(byte[].class, new JSON.ByteArrayAdapter())
                .create());
    }

    /** By the given file, or by KUBECONFIG, or as the pod's service account, whichever is there first. */
    static ApiClient connect(@Nullable Path kubeconfig) throws IOException {
        if (kubeconfig == null) {
            return ClientBuilder.standard().build();
        }
        try (Reader reader = Files.newBufferedReader(kubeconfig, StandardCharsets.UTF_8)) {
            KubeConfig config = KubeConfig.loadKubeConfig(reader);
            config.setFile(new File(kubeconfig.toString()));
            return ClientBuilder.kubeconfig(config).build();
        }
    }

    V1Job createJob(V1Job job) throws ApiException {
        return batch.createNamespacedJob(namespace, job).execute();
    }

    V1Job readJob(String name) throws ApiException {
        return batch.readNamespacedJob(name, namespace).execute();
    }

    /** Its pods and its Secret follow; the pods are given their grace. */
    Object deleteJob(String name, @Nullable String uid) throws ApiException {
        V1DeleteOptions options = new V1DeleteOptions().propagationPolicy("Background");
        if (uid != null) {
            options.preconditions(new V1Preconditions().uid(uid));
        }
        return batch.deleteNamespacedJob(name, namespace).body(options).execute();
    }

    /** All Jobs of this installation, from the store and not from a cache. */
    List<V1Job> listJobs() throws ApiException {
        List<V1Job> jobs = new ArrayList<>();
        String next = null;
        do {
            V1JobList page = batch.listNamespacedJob(namespace)
                    .labelSelector(selector)
                    .limit(PAGE)
                    ._continue(next)
                    .execute();
            jobs.addAll(page.getItems());
            next = page.getMetadata() == null ? null : page.getMetadata().getContinue();
        } while (next != null && !next.isEmpty());
        return jobs;
    }

    V1Secret createSecret(V1Secret secret) throws ApiException {
        return core.createNamespacedSecret(namespace, secret).execute();
    }

    /** The end of what a pod printed. */
    String log(String pod) throws ApiException {
        return core.readNamespacedPodLog(pod, namespace)
                .container(WorkerJob.CONTAINER)
                .tailLines(LOG_LINES)
                .limitBytes(LOG_BYTES)
                .execute();
    }

    /** Why Jobs of this namespace get no pods. */
    List<CoreV1Event> refusedPods() throws ApiException {
        return events("involvedObject.kind=Job,reason=FailedCreate");
    }

    /** Why pods of this namespace that have a node do not get as far as their containers. */
    List<CoreV1Event> hinderedPods() throws ApiException {
        // The frequent ones, which a pod's status tells too, are not even sent.
        return events("involvedObject.kind=Pod,type=Warning,"
                        + "reason!=FailedScheduling,reason!=BackOff,reason!=Failed,reason!=Unhealthy")
                .stream()
                .filter(event -> event.getReason() != null && HINDRANCES.contains(event.getReason()))
                .toList();
    }

    private List<CoreV1Event> events(String fieldSelector) throws ApiException {
        List<CoreV1Event> events = new ArrayList<>();
        String next = null;
        do {
            CoreV1EventList page = core.listNamespacedEvent(namespace)
                    .fieldSelector(fieldSelector)
                    .limit(PAGE)
                    ._continue(next)
                    .execute();
            events.addAll(page.getItems());
            next = page.getMetadata() == null ? null : page.getMetadata().getContinue();
        } while (next != null && !next.isEmpty() && events.size() < MOST_EVENTS);
        return events;
    }

    ListerWatcher<V1Job, V1JobList> jobs() {
        return new ListerWatcher<>() {
            @Override
            public V1JobList list(CallGeneratorParams params) throws ApiException {
                return batch.listNamespacedJob(namespace)
                        .labelSelector(selector)
                        .resourceVersion(params.resourceVersion)
                        .execute();
            }

            @Override
            public Watchable<V1Job> watch(CallGeneratorParams params) throws ApiException {
                return Cluster.this.watch(
                        batch.listNamespacedJob(namespace)
                                .labelSelector(selector)
                                .resourceVersion(params.resourceVersion)
                                .timeoutSeconds(params.timeoutSeconds)
                                .allowWatchBookmarks(true)
                                .watch(true)
                                .buildCall(null),
                        V1Job.class);
            }
        };
    }

    ListerWatcher<V1Pod, V1PodList> pods() {
        return new ListerWatcher<>() {
            @Override
            public V1PodList list(CallGeneratorParams params) throws ApiException {
                return core.listNamespacedPod(namespace)
                        .labelSelector(selector)
                        .resourceVersion(params.resourceVersion)
                        .execute();
            }

            @Override
            public Watchable<V1Pod> watch(CallGeneratorParams params) throws ApiException {
                return Cluster.this.watch(
                        core.listNamespacedPod(namespace)
                                .labelSelector(selector)
                                .resourceVersion(params.resourceVersion)
                                .timeoutSeconds(params.timeoutSeconds)
                                .allowWatchBookmarks(true)
                                .watch(true)
                                .buildCall(null),
                        V1Pod.class);
            }
        };
    }

    private <T> Watch<T> watch(Call call, Class<T> type) throws ApiException {
        Type response = TypeToken.getParameterized(Watch.Response.class, type).getType();
        return Watch.createWatch(client, watching.newCall(call.request()), response);
    }

    /** Ends what the watches hold open. */
    void close() {
        for (OkHttpClient http : List.of(watching, client.getHttpClient())) {
            http.dispatcher().executorService().shutdown();
            http.connectionPool().evictAll();
        }
    }
}
