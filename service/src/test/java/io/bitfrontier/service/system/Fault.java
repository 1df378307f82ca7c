package io.bitfrontier.service.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.failpoint.FailPoint;
import io.bitfrontier.service.system.Plant.BusyWorker;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** What is done to a system while a sweep trains. Each leaves every part of the system in working order. */
enum Fault {
    SERVICE_KILLED("kill -9 of one of three services") {
        @Override
        void strike(Plant plant, Random random) throws Exception {
            plant.replicas().kill(random.nextInt(plant.replicas().count()));
            pause(random, 2_000);
            plant.replicas().startAll();
        }
    },
    ALL_SERVICES_KILLED("kill -9 of all three services") {
        @Override
        void strike(Plant plant, Random random) throws Exception {
            plant.replicas().killAll();
            pause(random, 2_000);
            plant.replicas().startAll();
        }
    },
    SERVICE_AT_FAIL_POINT("a service ends between a write to the database and the answer to a worker") {
        private static final List<FailPoint> ON_THE_WAY = List.of(
                FailPoint.CLAIM_STORED,
                FailPoint.METRICS_STORED,
                FailPoint.CHECKPOINT_STORED,
                FailPoint.COMPLETION_RECEIVED,
                FailPoint.COMPLETION_STORED);

        @Override
        void strike(Plant plant, Random random) throws Exception {
            Replicas replicas = plant.replicas();
            int service = random.nextInt(replicas.count());
            replicas.arm(service, ON_THE_WAY.get(random.nextInt(ON_THE_WAY.size())));
            plant.sendWorkersTo(service);
            // Where the sweep ends first the point is not reached; the fail points' own test reaches all.
            waitUntil(Duration.ofSeconds(15), () -> !replicas.isAlive(service));
            replicas.kill(service);
            replicas.startAll();
            plant.reconnect();
        }
    },
    WORKER_KILLED("kill -9 of a worker") {
        @Override
        void strike(Plant plant, Random random) throws Exception {
            plant.killWorker(plant.aBusyWorker(random).name());
        }
    },
    WORKER_FROZEN("a worker is frozen (SIGSTOP) past its lease and thawed: its late writes are refused") {
        @Override
        void strike(Plant plant, Random random) throws Exception {
            BusyWorker worker = plant.aBusyWorker(random);
            OffsetDateTime thawed;
            plant.freezeWorker(worker.name());
            try {
                assertThat(waitUntil(
                                Duration.ofMinutes(2), () -> !plant.replicas().isRunning(worker.attempt())))
                        .as("its lease passes")
                        .isTrue();
                pause(random, 1_000);
                thawed = plant.replicas().now();
            } finally {
                plant.thawWorker(worker.name());
            }
            assertThat(waitUntil(Duration.ofMinutes(1), () -> plant.replicas().isGivenUp(worker.attempt(), thawed)))
                    .as("it gives its attempt up")
                    .isTrue();
        }
    },
    WORKER_CUT_OFF("a worker is cut off from the service until its lease has passed") {
        @Override
        void strike(Plant plant, Random random) throws Exception {
            BusyWorker worker = plant.aBusyWorker(random);
            plant.cutOff(worker.name());
            try {
                assertThat(waitUntil(
                                Duration.ofMinutes(2), () -> !plant.replicas().isRunning(worker.attempt())))
                        .as("its lease passes")
                        .isTrue();
            } finally {
                plant.reconnect();
            }
        }
    },
    DATABASE_DOWN("kill -9 of PostgreSQL, away for a while") {
        @Override
        void strike(Plant plant, Random random) throws Exception {
            plant.replicas().killDatabase();
            TimeUnit.MILLISECONDS.sleep(OUTAGE.toMillis());
            plant.replicas().startDatabase();
        }
    },
    CLOCK_JUMPED("the clock of a service jumps a day ahead, two days back, and is right again") {
        @Override
        void strike(Plant plant, Random random) throws Exception {
            Replicas replicas = plant.replicas();
            int service = random.nextInt(replicas.count());
            replicas.makeClockSettable(service);
            for (int days : new int[] {1, -1, 0}) {
                replicas.jumpClock(service, Duration.ofDays(days));
                pause(random, 2_000);
            }
        }
    };

    /** How long the database stays away: longer than a lease. */
    static final Duration OUTAGE = Duration.ofSeconds(Long.getLong("faults.outage", Replicas.LEASE.toSeconds() + 3));

    private final String description;

    Fault(String description) {
        this.description = description;
    }

    String description() {
        return description;
    }

    /** Does it, at a moment that the caller has chosen, and heals what does not heal itself. */
    abstract void strike(Plant plant, Random random) throws Exception;

    static void pause(Random random, int atMostMillis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(atMostMillis));
    }

    /** Whether the condition came true in time. */
    static boolean waitUntil(Duration limit, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
        return true;
    }
}
