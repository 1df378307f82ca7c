package io.bitfrontier.service.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** One pod on a test node: its containers one after another as processes, and its status as a kubelet would report it. */
final class NodePod implements Runnable {
    private static final int KILLED = 137;

    private final NodeConnection api;
    private final JsonNode pod;
    private final Path directory;
    private final ContainerSetup setup;
    private final Map<String, Image> images;
    private final String path;
    private final String startTime = now();

    /** Why its end is not the process's own affair: OOMKilled, or an eviction's sentence. */
    private volatile @Nullable String outOfMemory;

    private volatile @Nullable String evicted;
    private volatile @Nullable Long graceSeconds;
    private volatile @Nullable Process process;

    NodePod(NodeConnection api, JsonNode pod, Path directory, Map<String, Image> images, Map<String, Path> claims) {
        this.api = api;
        this.pod = pod;
        this.directory = directory;
        this.images = images;
        this.setup = new ContainerSetup(api, pod, directory, claims);
        this.path = "/api/v1/namespaces/" + namespace() + "/pods/" + name();
    }

    String namespace() {
        return pod.get("metadata").get("namespace").asString();
    }

    String name() {
        return pod.get("metadata").get("name").asString();
    }

    Path log(String container) {
        return directory.resolve(container + ".log");
    }

    OptionalInt pid() {
        Process running = process;
        return running == null || !running.isAlive() ? OptionalInt.empty() : OptionalInt.of((int) running.pid());
    }

    /** The pod is to end: SIGTERM, and SIGKILL after its grace. A second call may shorten the grace. */
    void end(long grace) {
        Long before = graceSeconds;
        if (before == null || grace < before) {
            graceSeconds = grace;
            Process running = process;
            if (running != null) {
                Guardian.signal(running, grace == 0 ? "KILL" : "TERM");
            }
        }
    }

    void killOutOfMemory() {
        outOfMemory = "OOMKilled";
        signalKill();
    }

    void evict(String message) {
        evicted = message;
        signalKill();
    }

    void signalKill() {
        Process running = process;
        if (running != null) {
            Guardian.signal(running, "KILL");
        }
    }

    @Override
    public void run() {
        try {
            Files.createDirectories(directory);
            boolean succeeded = true;
            ArrayNode inits = ClusterClient.JSON.createArrayNode();
            ArrayNode mains = ClusterClient.JSON.createArrayNode();
            for (JsonNode container : pod.get("spec").path("initContainers")) {
                succeeded = succeeded && runToEnd(container, inits, mains, true);
            }
            for (JsonNode container : pod.get("spec").get("containers")) {
                succeeded = succeeded && runToEnd(container, inits, mains, false);
            }
            report(succeeded ? "Succeeded" : "Failed", inits, mains);
            if (graceSeconds != null || deletionIsAsked()) {
                remove();
            }
        } catch (NodeConnection.NodeGoneException gone) {
            // The node says nothing more; whether its processes go on is the node's affair.
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes the object of an ended pod away, as a kubelet does once its deletion is asked. */
    void remove() {
        ObjectNode options = ClusterClient.JSON.createObjectNode().put("gracePeriodSeconds", 0);
        options.putObject("preconditions")
                .put("uid", pod.get("metadata").get("uid").asString());
        api.call("DELETE", path, options);
    }

    private boolean deletionIsAsked() {
        return api.find(path)
                .map(now -> now.get("metadata").has("deletionTimestamp"))
                .orElse(false);
    }

    /** Whether the container ended well; its final status is added to its list. */
    private boolean runToEnd(JsonNode container, ArrayNode inits, ArrayNode mains, boolean init) throws IOException {
        ArrayNode statuses = init ? inits : mains;
        ObjectNode status = statuses.addObject();
        String name = container.get("name").asString();
        String image = container.get("image").asString();
        status.put("name", name)
                .put("image", image)
                .put("imageID", "")
                .put("restartCount", 0)
                .put("ready", false);
        Process started = start(container, status, inits, mains);
        if (started == null) {
            status.putObject("state")
                    .putObject("terminated")
                    .put("exitCode", KILLED)
                    .put("reason", "ContainerStatusUnknown");
            return false;
        }
        String begun = now();
        status.put("ready", !init).put("containerID", "process://" + started.pid());
        status.putObject("state").putObject("running").put("startedAt", begun);
        report(init ? "Pending" : "Running", inits, mains);
        int code = await(started);
        status.put("ready", false);
        String reason = outOfMemory != null ? outOfMemory : code == 0 ? "Completed" : "Error";
        status.putObject("state")
                .putObject("terminated")
                .put("exitCode", code)
                .put("reason", reason)
                .put("startedAt", begun)
                .put("finishedAt", now());
        return code == 0;
    }

    /** The container's process; null where the pod was ended before it could start. */
    private @Nullable Process start(JsonNode container, ObjectNode status, ArrayNode inits, ArrayNode mains)
            throws IOException {
        String image = container.get("image").asString();
        String reported = "";
        while (graceSeconds == null && evicted == null) {
            String reason;
            String message;
            Image known = images.getOrDefault(image, new Image.Unpullable("not found"));
            if (known instanceof Image.Program program) {
                try {
                    ProcessBuilder builder = setup.prepare(container, program)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(
                                    log(container.get("name").asString()).toFile()));
                    Process started = Guardian.start(builder);
                    process = started;
                    return started;
                } catch (ContainerSetup.ConfigurationException e) {
                    reason = "CreateContainerConfigError";
                    message = String.valueOf(e.getMessage());
                }
            } else {
                String why = known instanceof Image.Unpullable unpullable ? unpullable.reason() : "";
                message = "failed to pull and unpack image \"%s\": %s".formatted(image, why);
                reason = reported.isEmpty() ? "ErrImagePull" : "ImagePullBackOff";
                message = reported.isEmpty()
                        ? message
                        : "Back-off pulling image \"" + image + "\": ErrImagePull: " + message;
            }
            if (!reported.equals(reason)) {
                status.putObject("state")
                        .putObject("waiting")
                        .put("reason", reason)
                        .put("message", message);
                report("Pending", inits, mains);
                reported = reason;
            }
            NodeConnection.pause(300);
        }
        return null;
    }

    private int await(Process running) {
        Long asked = graceSeconds;
        if (asked != null) {
            // Asked for between the last look and the start.
            Guardian.signal(running, "TERM");
        }
        if (outOfMemory != null || evicted != null) {
            Guardian.signal(running, "KILL");
        }
        try {
            long waited = 0;
            while (!running.waitFor(100, TimeUnit.MILLISECONDS)) {
                Long grace = graceSeconds;
                if (grace != null) {
                    waited += 100;
                    if (waited > grace * 1000) {
                        Guardian.signal(running, "KILL");
                    }
                }
            }
            return running.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeConnection.NodeGoneException();
        }
    }

    private void report(String phase, ArrayNode inits, ArrayNode mains) {
        ObjectNode status = ClusterClient.JSON.createObjectNode();
        status.put("phase", phase).put("hostIP", "127.0.0.1").put("podIP", "127.0.0.1");
        status.put("startTime", startTime);
        boolean running = phase.equals("Running");
        List<ObjectNode> conditions = new ArrayList<>(List.of(
                condition("Initialized", !phase.equals("Pending"), null, null),
                condition("Ready", running, null, null),
                condition("ContainersReady", running, null, null)));
        String why = evicted;
        if (why != null && phase.equals("Failed")) {
            status.put("reason", "Evicted").put("message", why);
            conditions.add(condition("DisruptionTarget", true, "TerminationByKubelet", why));
        }
        status.putArray("conditions").addAll(conditions);
        status.set("containerStatuses", mains.deepCopy());
        if (!inits.isEmpty()) {
            status.set("initContainerStatuses", inits.deepCopy());
        }
        api.patchStatus(path, status);
    }

    private static ObjectNode condition(String type, boolean holds, @Nullable String reason, @Nullable String message) {
        ObjectNode condition = ClusterClient.JSON
                .createObjectNode()
                .put("type", type)
                .put("status", holds ? "True" : "False")
                .put("lastTransitionTime", now());
        if (reason != null) {
            condition.put("reason", reason).put("message", message);
        }
        return condition;
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
