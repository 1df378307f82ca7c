package io.bitfrontier.service.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.cluster.ClusterClient;
import io.bitfrontier.service.cluster.ControlPlane;
import io.bitfrontier.service.cluster.Image;
import io.bitfrontier.service.cluster.TestNode;
import io.bitfrontier.service.failpoint.FailPoints;
import io.bitfrontier.service.launch.Launcher.Phase;
import io.bitfrontier.service.launch.Launcher.Sighting;
import io.bitfrontier.service.launch.LauncherUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * The launcher on a real control plane: a namespace under the restricted pod security standard, an account with the documented
 * Role and no more, and a node whose containers are processes.
 */
abstract class OnAControlPlane {
    static final String ACCOUNT = "bitfrontier";

    @TempDir
    static Path directory;

    static ControlPlane plane;
    static ClusterClient admin;
    static String namespace;
    static TestNode node;
    static Path kubeconfig;

    final List<KubernetesLauncher> launchers = new ArrayList<>();
    final Semaphore changes = new Semaphore(0);
    final UUID worker = UUID.randomUUID();
    final String name = WorkerJob.name(worker);

    @BeforeAll
    static void aNamespaceWithTheDocumentedRole() throws IOException {
        plane = ControlPlane.shared();
        admin = plane.admin();
        namespace = plane.namespace(Map.of("pod-security.kubernetes.io/enforce", "restricted"));
        String page = Files.readString(Path.of("../docs/reference/kubernetes.md"));
        String role = page.substring(page.indexOf("apiVersion: rbac"));
        admin.create(namespace, "{apiVersion: v1, kind: ServiceAccount, metadata: {name: %s}}".formatted(ACCOUNT))
                .orThrow();
        admin.create(namespace, role.substring(0, role.indexOf("```"))).orThrow();
        admin.create(namespace, """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: bitfrontier}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: bitfrontier}
                subjects: [{kind: ServiceAccount, name: %s}]
                """.formatted(ACCOUNT)).orThrow();
        kubeconfig = plane.kubeconfig(plane.tokenOf(namespace, ACCOUNT), namespace);
        node = node("node-" + namespace);
    }

    static TestNode node(String name) throws IOException {
        return new TestNode(
                plane,
                name,
                directory.resolve(name),
                Map.of(),
                Map.of("shell", Image.Program.shell(), "absent", new Image.Unpullable("no such host")),
                Map.of());
    }

    @AfterAll
    static void leave() {
        if (node != null) {
            node.close();
            admin.delete("/api/v1/namespaces/" + namespace);
        }
    }

    @AfterEach
    void stop() {
        launchers.forEach(launcher -> {
            try {
                launcher.forget(worker, name);
            } finally {
                launcher.close();
            }
        });
    }

    /** A launcher whose workers run a script, with more settings. */
    KubernetesLauncher launcher(String script, String... more) throws IOException {
        return launcher(kubeconfig, node, script, more);
    }

    KubernetesLauncher launcher(Path kubeconfig, TestNode place, String script, String... more) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "namespace",
                namespace,
                "name",
                "it-" + worker.toString().substring(0, 8),
                "image",
                "shell",
                "arguments[0]",
                script,
                "classes.small.cpu",
                "100m",
                "classes.small.memory",
                "64Mi",
                "classes.small.grace",
                "5s",
                "classes.small.node-selector.[kubernetes.io/hostname]",
                place.name()));
        all.addAll(List.of(more));
        KubernetesSettings settings = Samples.settings(all.toArray(String[]::new));
        KubernetesLauncher launcher = new KubernetesLauncher(
                settings,
                directory.resolve("artifacts"),
                new Cluster(Cluster.connect(kubeconfig), settings),
                FailPoints.NONE,
                System::nanoTime);
        launcher.onChange(changes::release);
        launcher.start();
        launchers.add(launcher);
        return launcher;
    }

    String job() {
        return "/apis/batch/v1/namespaces/" + namespace + "/jobs/" + name;
    }

    String pods() {
        return "/api/v1/namespaces/" + namespace + "/pods?labelSelector=bitfrontier.io%2Fworker%3D" + worker;
    }

    static JsonNode condition(JsonNode object, String type) {
        for (JsonNode condition : object.path("status").path("conditions")) {
            if (condition.get("type").asString().equals(type)
                    && condition.get("status").asString().equals("True")) {
                return condition;
            }
        }
        return object.path("nothing");
    }

    /** The name of the worker's pod once it runs. */
    String running(KubernetesLauncher launcher) {
        await(launcher, sighting -> sighting.phase() == Phase.RUNNING);
        return admin.list(pods()).get(0).get("metadata").get("name").asString();
    }

    void awaitProblem(KubernetesLauncher launcher) {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (launcher.problem().isEmpty()) {
            assertThat(System.nanoTime()).as("time to wait for a problem").isLessThan(deadline);
            pause();
        }
    }

    Sighting await(KubernetesLauncher launcher, Predicate<Sighting> wanted) {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        String last = "nothing";
        while (System.nanoTime() < deadline) {
            try {
                Sighting sighting = launcher.look(worker, name);
                if (wanted.test(sighting)) {
                    return sighting;
                }
                last = sighting.toString();
            } catch (LauncherUnavailableException notNow) {
                last = String.valueOf(notNow.getMessage());
            }
            pause();
        }
        throw new AssertionError("seen last: " + last);
    }

    /** Looks again whenever something changed, and now and then, since silence is no event. */
    void pause() {
        try {
            changes.tryAcquire(200, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
