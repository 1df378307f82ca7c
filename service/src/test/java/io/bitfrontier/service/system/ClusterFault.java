package io.bitfrontier.service.system;

import io.bitfrontier.service.cluster.TestNode;
import io.bitfrontier.service.cluster.WorkerCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** What can happen to workers that are Jobs, and to what they depend upon. */
enum ClusterFault {
    NONE("nothing") {
        @Override
        void strike(WorkerCluster cluster, RunningSystem system, Random random) {
            // The sweep is left alone.
        }
    },
    POD_KILLED("kill -9 of a pod's process") {
        @Override
        void strike(WorkerCluster cluster, RunningSystem system, Random random) throws Exception {
            String pod = aBusyPod(cluster, system, random);
            cluster.nodeOf(pod).pid(cluster.namespace(), pod).ifPresent(RunningSystem::kill);
        }
    },
    POD_DELETED("a pod is deleted") {
        @Override
        void strike(WorkerCluster cluster, RunningSystem system, Random random) throws Exception {
            cluster.admin().delete(cluster.podPath(aBusyPod(cluster, system, random)));
        }
    },
    POD_DELETED_BY_FORCE("a pod is deleted without grace") {
        @Override
        void strike(WorkerCluster cluster, RunningSystem system, Random random) throws Exception {
            cluster.admin().delete(cluster.podPath(aBusyPod(cluster, system, random)) + "?gracePeriodSeconds=0");
        }
    },
    POD_EVICTED("a pod is evicted by its node") {
        @Override
        void strike(WorkerCluster cluster, RunningSystem system, Random random) throws Exception {
            String pod = aBusyPod(cluster, system, random);
            cluster.nodeOf(pod).evict(cluster.namespace(), pod, "The node was low on resource: memory.");
        }
    },
    POD_FROZEN("a pod's process is frozen (SIGSTOP) past its lease and thawed") {
        @Override
        void strike(WorkerCluster cluster, RunningSystem system, Random random) throws Exception {
            String pod = aBusyPod(cluster, system, random);
            OptionalInt pid = cluster.nodeOf(pod).pid(cluster.namespace(), pod);
            if (pid.isPresent()) {
                Processes.freeze(pid.getAsInt());
                TimeUnit.MILLISECONDS.sleep(KubernetesSweepIT.LEASE.toMillis() + 3_000 + random.nextInt(3_000));
                Processes.thaw(pid.getAsInt());
            }
        }
    },
    NODE_GONE("a node falls silent and its processes die") {
        @Override
        void strike(WorkerCluster cluster, RunningSystem system, Random random) throws Exception {
            TestNode node = cluster.nodeOf(aBusyPod(cluster, system, random));
            node.vanish(true);
            cluster.addNode(Map.of());
        }
    },
    API_SERVER_KILLED("kill -9 of the API server, which comes back after a while") {
        @Override
        void strike(WorkerCluster cluster, RunningSystem system, Random random) throws Exception {
            cluster.plane().apiServer().kill();
            pause(random, 5_000);
            cluster.plane().apiServer().start();
        }
    },
    HISTORY_FORGOTTEN("the API server comes back without its past: every watch is expired") {
        @Override
        void strike(WorkerCluster cluster, RunningSystem system, Random random) {
            cluster.plane().forgetHistory();
        }
    },
    SERVICE_KILLED("kill -9 of the service, which starts again") {
        @Override
        void strike(WorkerCluster cluster, RunningSystem system, Random random) throws Exception {
            system.killService();
            pause(random, 2_000);
            system.start();
        }
    };

    private final String description;

    ClusterFault(String description) {
        this.description = description;
    }

    String description() {
        return description;
    }

    /** Does it, at a moment that the caller has chosen. */
    abstract void strike(WorkerCluster cluster, RunningSystem system, Random random) throws Exception;

    static void pause(Random random, int atMostMillis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(atMostMillis));
    }

    /** Waits for a pod whose worker is at an attempt. */
    static String aBusyPod(WorkerCluster cluster, RunningSystem system, Random random) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (System.nanoTime() < deadline) {
            List<String> running = cluster.running();
            List<String> busy = new ArrayList<>();
            for (String worker : workersAtAttempts(system)) {
                running.stream().filter(pod -> pod.contains(worker)).forEach(busy::add);
            }
            if (!busy.isEmpty()) {
                return busy.get(random.nextInt(busy.size()));
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new AssertionError("no pod is busy");
    }

    private static List<String> workersAtAttempts(RunningSystem system) throws InterruptedException {
        List<String> workers = new ArrayList<>();
        for (JsonNode run : system.get("/api/v1/runs?limit=100&state=RUNNING").get("items")) {
            JsonNode detail = system.get("/api/v1/runs/" + run.get("id").asLong());
            for (JsonNode attempt : detail.get("attemptList")) {
                if (attempt.get("state").asString().equals("RUNNING")) {
                    workers.add(attempt.get("worker").asString());
                }
            }
        }
        return workers;
    }
}
