package io.bitfrontier.service.system;

import io.bitfrontier.service.cluster.Image;
import io.bitfrontier.service.cluster.TestNode;
import io.bitfrontier.service.cluster.WorkerCluster;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * Replicas of one installation outside of a cluster whose workers are its pods, on two nodes. Workers reach the replicas by one
 * address, as by a Service of the cluster.
 */
final class ClusterPlant implements Plant {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** As many as a {@link LocalPlant} has. */
    private static final String CLASSES = "{local: {capacity: 3, cpu: \"1\", memory: 1Gi}}";

    private final Replicas replicas;
    private final Wire wire;
    private final WorkerCluster cluster;

    ClusterPlant(Path directory) throws Exception {
        replicas = new Replicas(directory, Replicas.COUNT);
        wire = new Wire(replicas.ports());
        cluster = new WorkerCluster(directory.resolve("nodes"), replicas.artifacts(), workerImage(), CLASSES);
        addNode();
        addNode();
        Map<String, String> settings = cluster.serviceSettings(URI.create("http://127.0.0.1:" + wire.port()));
        for (int i = 0; i < replicas.count(); i++) {
            ServiceProcess service = replicas.get(i);
            settings.forEach(service::with);
            service.with("bitfrontier.launch.kubernetes.environment[BITFRONTIER_WORKER_IDLE_SECONDS]", "15");
        }
        replicas.startAll();
    }

    /** The packaged worker, started as its image starts it but for what pays only in longer lives. */
    private static Image workerImage() {
        return new Image.Program(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx768m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dorg.bytedeco.openblas.load=mkl_rt",
                        "-cp",
                        Replicas.workerClassPath(),
                        "io.bitfrontier.trainer.Main"),
                Map.of());
    }

    WorkerCluster cluster() {
        return cluster;
    }

    void addNode() throws IOException {
        cluster.addNode(Map.of());
    }

    @Override
    public Replicas replicas() {
        return replicas;
    }

    @Override
    public BusyWorker aBusyWorker(Random random) throws Exception {
        List<BusyWorker> found = new ArrayList<>();
        boolean any = Fault.waitUntil(PATIENCE, () -> {
            List<String> running = cluster.running();
            replicas.jdbc()
                    .sql("SELECT worker_id, id FROM attempt WHERE state = 'RUNNING' AND worker_id IS NOT NULL")
                    .query((row, n) -> new BusyWorker(row.getString(1), row.getLong(2)))
                    .list()
                    .forEach(busy -> running.stream()
                            .filter(pod -> pod.contains(busy.name()))
                            .forEach(pod -> found.add(new BusyWorker(pod, busy.attempt()))));
            return !found.isEmpty();
        });
        if (!any) {
            throw new AssertionError("no pod is busy");
        }
        return found.get(random.nextInt(found.size()));
    }

    private OptionalInt pid(String pod) {
        return cluster.nodeOf(pod).pid(cluster.namespace(), pod);
    }

    @Override
    public void killWorker(String pod) {
        pid(pod).ifPresent(Processes::kill);
    }

    @Override
    public void freezeWorker(String pod) throws Exception {
        Processes.freeze(pid(pod).orElseThrow());
    }

    @Override
    public void thawWorker(String pod) throws Exception {
        OptionalInt pid = pid(pod);
        if (pid.isPresent()) {
            Processes.thaw(pid.getAsInt());
        }
    }

    @Override
    public void cutOff(String pod) {
        wire.cut();
    }

    @Override
    public void reconnect() {
        wire.mend();
    }

    @Override
    public void sendWorkersTo(int service) {
        wire.prefer(service);
    }

    @Override
    public List<String> orphans() {
        List<UUID> living = replicas.jdbc()
                .sql("SELECT id FROM worker WHERE state IN ('LAUNCHING', 'ACTIVE')")
                .query(UUID.class)
                .list();
        return cluster.jobs().stream()
                .filter(job -> !job.get("metadata").has("deletionTimestamp"))
                .map(job -> job.at("/metadata/name").asString())
                .filter(name -> living.stream().noneMatch(id -> name.endsWith(id.toString())))
                .toList();
    }

    @Override
    public void heal() throws Exception {
        reconnect();
        cluster.plane().apiServer().start();
        replicas.startAll();
        // A cloud deletes the nodes that are no more.
        cluster.nodes().stream().filter(TestNode::hasVanished).forEach(TestNode::delete);
    }

    /** Waits until nothing of the installation is left; the services must run, and workers have nothing to do. */
    void awaitEmpty() {
        String namespace = "/namespaces/" + cluster.namespace();
        for (String left : List.of(
                "/apis/batch/v1" + namespace + "/jobs",
                "/api/v1" + namespace + "/pods",
                "/api/v1" + namespace + "/secrets")) {
            cluster.admin().await(left, ClusterPlant::isEmpty);
        }
    }

    private static boolean isEmpty(JsonNode list) {
        return list.path("items").isArray() && list.get("items").isEmpty();
    }

    @Override
    public void close() throws Exception {
        try (Replicas killed = replicas;
                Wire closed = wire;
                WorkerCluster left = cluster) {
            replicas.killAll();
        }
    }
}
