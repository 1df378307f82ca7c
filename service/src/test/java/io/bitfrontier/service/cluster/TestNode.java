package io.bitfrontier.service.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A node of the cluster whose containers are processes of this machine. It does what a kubelet does as far as pods that run once
 * need it: leases, heartbeats, pod status, deletion with grace, logs. It isolates nothing.
 */
public final class TestNode implements AutoCloseable {
    private static final long HEARTBEAT_MILLIS = 1000;
    /** The API refuses a time of a lease with fewer digits, as Instant writes it in one of a thousand cases. */
    private static final DateTimeFormatter MICROSECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSX").withZone(ZoneOffset.UTC);

    private final ClusterClient admin;
    private final String name;
    private final Path directory;
    private final Map<String, String> capacity;
    private final Map<String, Image> images;
    private final Map<String, Path> claims;
    private final NodeLogs logs;
    /** By uid. */
    private final Map<String, NodePod> pods = new ConcurrentHashMap<>();

    private volatile boolean heedsPods = true;
    private volatile Connection connection = new Connection();
    private ClusterClient.@Nullable WatchStream watch;

    /** One membership of the cluster; a node that vanishes and comes back begins another. */
    private static final class Connection {
        private volatile boolean open = true;
    }

    /**
     * Joins the cluster.
     *
     * @param capacity allocatable resources, such as {@code nvidia.com/gpu: "2"}; cpu, memory and pods have defaults
     * @param images by name; any other name cannot be pulled
     * @param claims the directories that stand for persistent volume claims, by name
     */
    public TestNode(
            ControlPlane plane,
            String name,
            Path directory,
            Map<String, String> capacity,
            Map<String, Image> images,
            Map<String, Path> claims)
            throws IOException {
        this.admin = plane.admin();
        this.name = name;
        this.directory = Files.createDirectories(directory);
        this.capacity = new ConcurrentHashMap<>(Map.of("cpu", "64", "memory", "256Gi", "pods", "250"));
        this.capacity.putAll(capacity);
        this.images = images;
        this.claims = claims;
        this.logs = new NodeLogs(directory, this::log);
        join();
    }

    public String name() {
        return name;
    }

    private void join() {
        ObjectNode node =
                ClusterClient.JSON.createObjectNode().put("apiVersion", "v1").put("kind", "Node");
        ObjectNode metadata = node.putObject("metadata").put("name", name);
        metadata.putObject("labels").put("kubernetes.io/hostname", name).put("kubernetes.io/os", "linux");
        ClusterClient.Answer created = admin.call("POST", "/api/v1/nodes", node);
        if (created.status() != 409) {
            created.orThrow();
        }
        Connection fresh = new Connection();
        connection = fresh;
        NodeConnection api = new NodeConnection(admin, () -> fresh.open);
        beat(api);
        start("heartbeat", () -> heartbeats(api, fresh));
        start("pods", () -> watchPods(api, fresh));
    }

    private void start(String what, Runnable task) {
        Thread thread = new Thread(task, name + "-" + what);
        thread.setDaemon(true);
        thread.start();
    }

    private void heartbeats(NodeConnection api, Connection own) {
        while (own.open) {
            try {
                NodeConnection.pause(HEARTBEAT_MILLIS);
                beat(api);
            } catch (NodeConnection.NodeGoneException gone) {
                return;
            }
        }
    }

    static String microTime(Instant time) {
        return MICROSECONDS.format(time);
    }

    /** Node status and lease, both by merge so that neither needs the other's version. */
    private void beat(NodeConnection api) {
        ObjectNode status = ClusterClient.JSON.createObjectNode();
        for (String field : new String[] {"capacity", "allocatable"}) {
            ObjectNode resources = status.putObject(field);
            capacity.forEach(resources::put);
        }
        status.putArray("addresses").addObject().put("type", "InternalIP").put("address", "127.0.0.1");
        status.putObject("daemonEndpoints").putObject("kubeletEndpoint").put("Port", logs.port());
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        status.putArray("conditions")
                .addObject()
                .put("type", "Ready")
                .put("status", "True")
                .put("reason", "KubeletReady")
                .put("message", "the test node is ready")
                .put("lastHeartbeatTime", now);
        api.patchStatus("/api/v1/nodes/" + name, status);

        ObjectNode lease = ClusterClient.JSON
                .createObjectNode()
                .put("apiVersion", "coordination.k8s.io/v1")
                .put("kind", "Lease");
        lease.putObject("metadata").put("name", name);
        lease.putObject("spec")
                .put("holderIdentity", name)
                .put("leaseDurationSeconds", 40)
                .put("renewTime", microTime(Instant.now()));
        api.apply("kube-node-lease", lease);
    }

    /** Lists and watches, again and again: what is bound here is run, what is to go is ended, what is gone is killed. */
    private void watchPods(NodeConnection api, Connection own) {
        String path = "/api/v1/pods?fieldSelector=spec.nodeName%3D" + name;
        while (own.open) {
            try {
                JsonNode list = api.find(path).orElseThrow();
                Set<String> there = new HashSet<>();
                for (JsonNode pod : list.get("items")) {
                    there.add(uid(pod));
                    observe(api, pod);
                }
                pods.keySet().stream().filter(known -> !there.contains(known)).forEach(this::lost);
                follow(
                        api,
                        own,
                        path,
                        list.get("metadata").get("resourceVersion").asString());
            } catch (NodeConnection.NodeGoneException gone) {
                return;
            } catch (IOException | UncheckedIOException away) {
                // Listed again.
            }
        }
    }

    private void follow(NodeConnection api, Connection own, String path, String version) throws IOException {
        try (ClusterClient.WatchStream stream = api.watch(path, version)) {
            watch = stream;
            Optional<ClusterClient.Event> event = stream.next();
            while (own.open && event.isPresent() && !event.get().type().equals("ERROR")) {
                JsonNode object = event.get().object();
                switch (event.get().type()) {
                    case "ADDED", "MODIFIED" -> observe(api, object);
                    case "DELETED" -> lost(uid(object));
                    default -> {
                        // A bookmark.
                    }
                }
                event = stream.next();
            }
        }
    }

    private static String uid(JsonNode pod) {
        return pod.get("metadata").get("uid").asString();
    }

    private void observe(NodeConnection api, JsonNode pod) {
        if (!heedsPods) {
            return;
        }
        String phase = pod.path("status").path("phase").asString("Pending");
        boolean ended = phase.equals("Succeeded") || phase.equals("Failed");
        NodePod known = pods.get(uid(pod));
        boolean leaving = pod.get("metadata").has("deletionTimestamp");
        if (known == null) {
            NodePod fresh = new NodePod(api, pod, directory.resolve(uid(pod)), images, claims);
            if (ended || !phase.equals("Pending")) {
                // Ran before this node was here; nobody knows how it ended.
                if (leaving) {
                    fresh.remove();
                }
                return;
            }
            pods.put(uid(pod), fresh);
            start(fresh.name(), fresh);
            known = fresh;
        }
        if (leaving) {
            if (ended) {
                known.remove();
            } else {
                known.end(pod.get("metadata").path("deletionGracePeriodSeconds").asLong(0));
            }
        }
    }

    private void lost(String uid) {
        NodePod pod = pods.remove(uid);
        if (pod != null) {
            pod.end(0);
        }
    }

    private Optional<Path> log(String pod, String container) {
        return pods.values().stream()
                .filter(candidate -> pod.equals(candidate.namespace() + "/" + candidate.name()))
                .map(candidate -> candidate.log(container))
                .findAny();
    }

    private NodePod pod(String namespace, String pod) {
        return pods.values().stream()
                .filter(candidate -> candidate.namespace().equals(namespace)
                        && candidate.name().equals(pod))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException(name + " does not run " + namespace + "/" + pod));
    }

    /** The process of the pod's running container. */
    public OptionalInt pid(String namespace, String pod) {
        return pod(namespace, pod).pid();
    }

    /** Ends the container as the kernel does when its memory is used up. */
    public void killOutOfMemory(String namespace, String pod) {
        pod(namespace, pod).killOutOfMemory();
    }

    /** Evicts as a kubelet under pressure does. */
    public void evict(String namespace, String pod, String message) {
        pod(namespace, pod).evict(message);
    }

    /** From now on it starts no pod and ends none, and is taken for ready. */
    public void ignorePods() {
        heedsPods = false;
    }

    /** Nothing is heard of the node any more; its processes go on, as behind a cut cable, or end with it. */
    public void vanish(boolean processesEnd) {
        connection.open = false;
        closeWatch();
        if (processesEnd) {
            pods.values().forEach(NodePod::signalKill);
        }
    }

    public boolean hasVanished() {
        return !connection.open;
    }

    /** Its object is deleted, as a cloud does with a machine that is no more: only then are its pods given up. */
    public void delete() {
        admin.delete("/api/v1/nodes/" + name);
        admin.delete("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/" + name);
    }

    private void closeWatch() {
        try {
            ClusterClient.WatchStream open = watch;
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The node leaves in order: its processes are killed and its object deleted. */
    @Override
    public void close() {
        vanish(true);
        logs.close();
        delete();
    }
}
