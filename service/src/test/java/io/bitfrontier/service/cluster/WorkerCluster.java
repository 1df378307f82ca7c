package io.bitfrontier.service.cluster;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A cluster in which a service that runs outside of it may launch workers: the chart's account, role and settings in a namespace
 * under the restricted standard, a claim for the artifacts, and nodes whose worker image is a program of this machine.
 */
public final class WorkerCluster implements AutoCloseable {
    private static final String IMAGE = "bitfrontier/worker:test";
    private static final String CLAIM = "artifacts";

    private final ControlPlane plane = ControlPlane.shared();
    private final ClusterClient admin = plane.admin();
    private final String namespace = plane.namespace(Map.of("pod-security.kubernetes.io/enforce", "restricted"));
    private final Path directory;
    private final Path artifacts;
    private final Image worker;
    private final RenderedChart chart;
    private final List<TestNode> nodes = new ArrayList<>();

    /**
     * @param directory for what the nodes write
     * @param artifacts the service's artifact directory
     * @param worker what runs as the worker image
     * @param classes resource classes as the chart's values name them
     */
    public WorkerCluster(Path directory, Path artifacts, Image worker, String classes) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.artifacts = Files.createDirectories(artifacts);
        this.worker = worker;
        this.chart = RenderedChart.in(admin, namespace, """
                access: {bootstrapSecret: ""}
                artifacts: {path: "%s", existingClaim: %s}
                workers: {image: {repository: bitfrontier/worker, tag: test}, classes: %s}
                """.formatted(artifacts, CLAIM, classes));
        for (String kind : List.of("ServiceAccount", "Role", "RoleBinding")) {
            admin.apply(namespace, chart.the(kind), false).orThrow();
        }
        claim();
    }

    /** A volume that the scheduler finds bound; the nodes know its directory. */
    private void claim() {
        String volume = """
                apiVersion: v1
                kind: PersistentVolume
                metadata: {name: "%1$s"}
                spec:
                  capacity: {storage: 1Gi}
                  accessModes: [ReadWriteMany]
                  persistentVolumeReclaimPolicy: Retain
                  claimRef: {namespace: "%1$s", name: %2$s}
                  hostPath: {path: "%3$s"}
                """.formatted(namespace, CLAIM, artifacts);
        String claim = """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: %2$s}
                spec:
                  accessModes: [ReadWriteMany]
                  storageClassName: ""
                  volumeName: "%1$s"
                  resources: {requests: {storage: 1Gi}}
                """.formatted(namespace, CLAIM);
        admin.create(namespace, volume).orThrow();
        admin.create(namespace, claim).orThrow();
        admin.await(
                "/api/v1/namespaces/" + namespace + "/persistentvolumeclaims/" + CLAIM,
                bound -> bound.at("/status/phase").asString("").equals("Bound"));
    }

    public TestNode addNode(Map<String, String> capacity) throws IOException {
        return addNode(worker, capacity);
    }

    /** A node on which {@code image} is what the workers' image stands for. */
    public TestNode addNode(Image image, Map<String, String> capacity) throws IOException {
        String name = namespace + "-" + nodes.size();
        TestNode node = new TestNode(
                plane, name, directory.resolve(name), capacity, Map.of(IMAGE, image), Map.of(CLAIM, artifacts));
        nodes.add(node);
        return node;
    }

    public List<TestNode> nodes() {
        return nodes;
    }

    public ControlPlane plane() {
        return plane;
    }

    public ClusterClient admin() {
        return admin;
    }

    public String namespace() {
        return namespace;
    }

    /**
     * What a service outside of the cluster needs, by name: the chart's own settings, and over them the cluster's address and that
     * at which workers reach the service.
     */
    public Map<String, String> serviceSettings(URI service) throws IOException {
        Path settings = Files.createDirectories(directory.resolve("settings"));
        Files.writeString(
                settings.resolve("application.yaml"),
                chart.the("ConfigMap").get("data").get("application.yaml").asString());
        String token = plane.tokenOf(namespace, Cluster.name(chart.the("ServiceAccount")));
        return Map.of(
                "spring.config.additional-location",
                "file:" + settings + "/",
                "server.address",
                "127.0.0.1",
                "bitfrontier.access.login",
                "none",
                "bitfrontier.launch.service-url",
                service.toString(),
                "bitfrontier.launch.kubernetes.kubeconfig",
                plane.kubeconfig(token, namespace).toString());
    }

    public List<JsonNode> jobs() {
        return admin.list("/apis/batch/v1/namespaces/" + namespace + "/jobs");
    }

    public List<JsonNode> pods() {
        return admin.list("/api/v1/namespaces/" + namespace + "/pods");
    }

    public List<JsonNode> secrets() {
        return admin.list("/api/v1/namespaces/" + namespace + "/secrets");
    }

    public String podPath(String pod) {
        return "/api/v1/namespaces/" + namespace + "/pods/" + pod;
    }

    /** Pods that run now, on nodes that are heard of. */
    public List<String> running() {
        return pods().stream()
                .filter(pod -> pod.at("/status/phase").asString("").equals("Running")
                        && !pod.get("metadata").has("deletionTimestamp")
                        && nodes.stream()
                                .anyMatch(node -> node.name()
                                                .equals(pod.at("/spec/nodeName").asString(""))
                                        && !node.hasVanished()))
                .map(Cluster::name)
                .toList();
    }

    /** The node that a pod runs on. */
    public TestNode nodeOf(String pod) {
        String name = admin.get(podPath(pod)).at("/spec/nodeName").asString();
        return nodes.stream().filter(node -> node.name().equals(name)).findAny().orElseThrow();
    }

    @Override
    public void close() {
        nodes.forEach(TestNode::close);
        admin.delete("/api/v1/namespaces/" + namespace);
        admin.delete("/api/v1/persistentvolumes/" + namespace);
    }
}
