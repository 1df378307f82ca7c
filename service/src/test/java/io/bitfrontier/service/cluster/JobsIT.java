package io.bitfrontier.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The Job controller's own behaviour, which our launcher builds upon: what a release changes here, it changes for us. */
class JobsIT {
    @TempDir
    static Path directory;

    private static ControlPlane plane;
    private static ClusterClient admin;
    private static TestNode node;
    private static String namespace;

    @BeforeAll
    static void aRestrictedNamespaceAndANode() throws Exception {
        plane = ControlPlane.shared();
        admin = plane.admin();
        namespace = plane.namespace(Map.of("pod-security.kubernetes.io/enforce", "restricted"));
        node = new TestNode(
                plane,
                "node-" + namespace,
                directory,
                Map.of("nvidia.com/gpu", "1"),
                Map.of("shell", Image.Program.shell(), "away", new Image.Unpullable("no such host")),
                Map.of());
    }

    @AfterAll
    static void leave() {
        if (node != null) {
            node.close();
        }
    }

    @Test
    void aJobWhoseContainerExitsWithZeroIsComplete() {
        String job = submit("exit 0", "");

        JsonNode done = awaitEnd(job);

        assertThat(conditions(done)).contains("Complete");
        assertThat(done.at("/status/succeeded").asInt()).isEqualTo(1);
    }

    /** A Job of one pod as the launcher builds it, with {@code more} of its specification. */
    private static String submit(String script, String more) {
        String name = "job-" + UUID.randomUUID();
        String yaml = """
                apiVersion: batch/v1
                kind: Job
                metadata: {name: "%s"}
                spec:
                  backoffLimit: 0
                %s
                  template:
                    spec:
                      restartPolicy: Never
                      nodeSelector: {kubernetes.io/hostname: "%s"}
                      automountServiceAccountToken: false
                      securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}
                      containers:
                      - name: worker
                        image: shell
                        args: ["%s"]
                        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                """.formatted(name, more.indent(2).stripTrailing(), node.name(), script);
        admin.create(namespace, yaml).orThrow();
        return name;
    }

    private static String path(String job) {
        return "/apis/batch/v1/namespaces/" + namespace + "/jobs/" + job;
    }

    private static JsonNode awaitEnd(String job) {
        return admin.await(
                path(job),
                object -> conditions(object).contains("Complete")
                        || conditions(object).contains("Failed"));
    }

    private static java.util.List<String> conditions(JsonNode object) {
        java.util.List<String> holding = new java.util.ArrayList<>();
        for (JsonNode condition : object.path("status").path("conditions")) {
            if (condition.get("status").asString().equals("True")) {
                holding.add(condition.get("type").asString());
            }
        }
        return holding;
    }
}
