package io.bitfrontier.service.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A namespace of its own under the restricted standard, with one node that has a GPU and knows the image {@code shell}. */
final class Cluster implements AutoCloseable {
    final ControlPlane plane = ControlPlane.shared();
    final ClusterClient admin = plane.admin();
    final String namespace = plane.namespace(Map.of("pod-security.kubernetes.io/enforce", "restricted"));
    final TestNode node;

    Cluster(Path directory) throws IOException {
        node = new TestNode(
                plane,
                "node-" + namespace,
                directory,
                Map.of("nvidia.com/gpu", "1"),
                Map.of("shell", Image.Program.shell(), "absent", new Image.Unpullable("no such host")),
                Map.of());
    }

    /** A Job of one pod on this node, with more of its specification, of its container's and of its pod's. */
    String submit(String script, String more, String container, String pod) {
        String name = "job-" + UUID.randomUUID();
        admin.create(namespace, job(name, script, more, container, pod)).orThrow();
        return name;
    }

    String submit(String script, String more, String container) {
        return submit(script, more, container, "");
    }

    String submit(String script, String more) {
        return submit(script, more, "image: shell");
    }

    String job(String name, String script, String more, String container, String pod) {
        return """
                apiVersion: batch/v1
                kind: Job
                metadata: {name: "%s"}
                spec:
                  backoffLimit: 0
                  podReplacementPolicy: Failed
                %s
                  template:
                    spec:
                      restartPolicy: Never
                      nodeSelector: {kubernetes.io/hostname: "%s"}
                      automountServiceAccountToken: false
                      securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}
                      containers:
                      - name: worker
                        args: ['%s']
                        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                %s
                %s
                """.formatted(
                        name,
                        more.indent(2).stripTrailing(),
                        node.name(),
                        script,
                        container.indent(8).stripTrailing(),
                        pod.indent(6).stripTrailing());
    }

    String jobPath(String job) {
        return "/apis/batch/v1/namespaces/" + namespace + "/jobs/" + job;
    }

    JsonNode awaitJob(String job, Predicate<JsonNode> wanted) {
        return admin.await(jobPath(job), wanted);
    }

    /** The Job once it is complete or has failed. */
    JsonNode awaitEnd(String job) {
        return awaitJob(job, object -> condition(object, "Complete") != null || condition(object, "Failed") != null);
    }

    private String podsPath(String job) {
        return "/api/v1/namespaces/" + namespace + "/pods?labelSelector=batch.kubernetes.io/job-name%3D" + job;
    }

    /** The Job's only pod once it is as wanted. */
    JsonNode awaitPod(String job, Predicate<JsonNode> wanted) {
        return admin.await(
                        podsPath(job),
                        list -> list.path("items").size() == 1
                                && wanted.test(list.get("items").get(0)))
                .get("items")
                .get(0);
    }

    JsonNode awaitRunning(String job) {
        return awaitPod(job, pod -> pod.at("/status/phase").asString("").equals("Running"));
    }

    String awaitLog(String pod, String text) {
        return admin.await(
                        "/api/v1/namespaces/" + namespace + "/pods/" + pod + "/log",
                        answer -> answer.path("message").asString("").contains(text))
                .get("message")
                .asString();
    }

    static String name(JsonNode object) {
        return object.get("metadata").get("name").asString();
    }

    /** The condition of that type that holds; null where none does. */
    static @Nullable JsonNode condition(JsonNode object, String type) {
        for (JsonNode condition : object.path("status").path("conditions")) {
            if (condition.get("type").asString().equals(type)
                    && condition.get("status").asString().equals("True")) {
                return condition;
            }
        }
        return null;
    }

    @Override
    public void close() {
        node.close();
        admin.delete("/api/v1/namespaces/" + namespace);
    }
}
