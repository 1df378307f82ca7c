package io.bitfrontier.service.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.cluster.TestNode;
import io.bitfrontier.service.failpoint.FailPoint;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** What can happen, beside every {@link Fault}, to workers that are Jobs and to what they depend upon. */
enum ClusterFault {
    NONE("nothing") {
        @Override
        void strike(ClusterPlant plant, Random random) {
            // The sweep is left alone.
        }
    },
    POD_DELETED("a pod is deleted") {
        @Override
        void strike(ClusterPlant plant, Random random) throws Exception {
            String pod = plant.aBusyWorker(random).name();
            plant.cluster().admin().delete(plant.cluster().podPath(pod));
        }
    },
    POD_DELETED_BY_FORCE("a pod is deleted without grace") {
        @Override
        void strike(ClusterPlant plant, Random random) throws Exception {
            String pod = plant.aBusyWorker(random).name();
            plant.cluster().admin().delete(plant.cluster().podPath(pod) + "?gracePeriodSeconds=0");
        }
    },
    POD_EVICTED("a pod is evicted by its node") {
        @Override
        void strike(ClusterPlant plant, Random random) throws Exception {
            String pod = plant.aBusyWorker(random).name();
            plant.cluster()
                    .nodeOf(pod)
                    .evict(plant.cluster().namespace(), pod, "The node was low on resource: memory.");
        }
    },
    NODE_GONE("a node falls silent and its processes die") {
        @Override
        void strike(ClusterPlant plant, Random random) throws Exception {
            TestNode node = plant.cluster().nodeOf(plant.aBusyWorker(random).name());
            node.vanish(true);
            plant.addNode();
        }
    },
    API_SERVER_KILLED("kill -9 of the API server, which comes back after a while") {
        @Override
        void strike(ClusterPlant plant, Random random) throws Exception {
            plant.cluster().plane().apiServer().kill();
            Fault.pause(random, 5_000);
            plant.cluster().plane().apiServer().start();
        }
    },
    HISTORY_FORGOTTEN("the API server comes back without its past: every watch is expired") {
        @Override
        void strike(ClusterPlant plant, Random random) {
            plant.cluster().plane().forgetHistory();
        }
    },
    SERVICE_AT_LAUNCH_POINT("all workers die, and the only service left ends between a row of a worker and its Job") {
        private static final List<FailPoint> ON_THE_WAY = List.of(
                FailPoint.DEATH_SEEN,
                FailPoint.ATTEMPTS_LOST,
                FailPoint.WORKER_ENDED,
                FailPoint.WORKER_FORGOTTEN,
                FailPoint.WORKER_ROW_STORED,
                FailPoint.WORKER_LAUNCHED,
                FailPoint.WORKER_LAUNCH_NOTED);

        @Override
        void strike(ClusterPlant plant, Random random) throws Exception {
            endServiceAt(ON_THE_WAY.get(random.nextInt(ON_THE_WAY.size())), plant, random);
        }
    },
    SERVICE_BETWEEN_JOB_AND_SECRET("all workers die, and the only service left ends between a Job and its Secret") {
        @Override
        void strike(ClusterPlant plant, Random random) throws Exception {
            endServiceAt(FailPoint.JOB_MADE, plant, random);
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
    abstract void strike(ClusterPlant plant, Random random) throws Exception;

    private static void endServiceAt(FailPoint point, ClusterPlant plant, Random random) throws Exception {
        Replicas replicas = plant.replicas();
        int service = random.nextInt(replicas.count());
        plant.aBusyWorker(random);
        replicas.killAll();
        for (String pod : plant.cluster().running()) {
            plant.killWorker(pod);
        }
        replicas.arm(service, point);
        assertThat(Fault.waitUntil(Duration.ofMinutes(4), () -> !replicas.isAlive(service)))
                .as("%s is reached", point)
                .isTrue();
        replicas.startAll();
    }
}
