package io.bitfrontier.service.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.failpoint.FailPoint;
import io.bitfrontier.service.system.Plant.BusyWorker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** What is done to a system while a sweep trains. Each leaves every part of the system in working order. */
enum Fault {
    SERVICE_KILLED("kill -9 of one of three services") {
        @Override
        void strike(Plant plant, Random random) throws Exception {
            int service = random.nextInt(plant.services());
            plant.killService(service);
            pause(random, 2_000);
            plant.startService(service);
        }
    },
    ALL_SERVICES_KILLED("kill -9 of all three services") {
        @Override
        void strike(Plant plant, Random random) throws Exception {
            for (int service = 0; service < plant.services(); service++) {
                plant.killService(service);
            }
            pause(random, 2_000);
            for (int service = 0; service < plant.services(); service++) {
                plant.startService(service);
            }
        }
    },
    SERVICE_AT_FAIL_POINT("a service ends between a write to the database and the act that belongs to it") {
        private static final List<FailPoint> ON_THE_WAY = List.of(
                FailPoint.CLAIM_STORED,
                FailPoint.METRICS_STORED,
                FailPoint.CHECKPOINT_STORED,
                FailPoint.COMPLETION_RECEIVED,
                FailPoint.COMPLETION_STORED);

        @Override
        void strike(Plant plant, Random random) throws Exception {
            int service = random.nextInt(plant.services());
            plant.armService(service, ON_THE_WAY.get(random.nextInt(ON_THE_WAY.size())));
            // Where the sweep ends first the point is not reached; the fail points' own test reaches all.
            waitUntil(Duration.ofSeconds(15), () -> !plant.isAlive(service));
            plant.killService(service);
            plant.startService(service);
        }
    },
    WORKER_KILLED("kill -9 of a worker") {
        @Override
        void strike(Plant plant, Random random) throws Exception {
            Optional<BusyWorker> worker = plant.aBusyWorker(random.nextInt(plant.services()));
            if (worker.isPresent()) {
                plant.killWorker(worker.get().name());
            }
        }
    },
    WORKER_FROZEN("a worker is frozen (SIGSTOP) past its lease and thawed: its late writes are refused") {
        @Override
        void strike(Plant plant, Random random) throws Exception {
            BusyWorker worker = plant.aBusyWorker(random.nextInt(plant.services()))
                    .orElseThrow(() -> new AssertionError("no worker is busy"));
            plant.freezeWorker(worker.name());
            try {
                assertThat(waitUntil(Duration.ofMinutes(2), () -> !plant.isRunning(worker.attempt())))
                        .as("its lease passes")
                        .isTrue();
                pause(random, 1_000);
            } finally {
                plant.thawWorker(worker.name());
            }
            assertThat(waitUntil(Duration.ofMinutes(1), () -> plant.refusedWrites(worker.attempt()) > 0))
                    .as("late writes are refused and counted")
                    .isTrue();
        }
    },
    WORKER_CUT_OFF("a worker is cut off from its service until its lease has passed") {
        @Override
        void strike(Plant plant, Random random) throws Exception {
            int service = random.nextInt(plant.services());
            Optional<BusyWorker> worker = plant.aBusyWorker(service);
            plant.cutOffWorkersOf(service);
            try {
                if (worker.isPresent()) {
                    assertThat(waitUntil(
                                    Duration.ofMinutes(2),
                                    () -> !plant.isRunning(worker.get().attempt())))
                            .as("it leaves, or its lease passes")
                            .isTrue();
                }
            } finally {
                plant.reconnectWorkersOf(service);
            }
        }
    },
    DATABASE_DOWN("kill -9 of PostgreSQL, away for a while") {
        @Override
        void strike(Plant plant, Random random) throws Exception {
            plant.killDatabase();
            TimeUnit.MILLISECONDS.sleep(plant.outage().toMillis());
            plant.startDatabase();
        }
    },
    CLOCK_JUMPED("the clock of a service jumps a day ahead, then two days back") {
        @Override
        void strike(Plant plant, Random random) throws Exception {
            int service = random.nextInt(plant.services());
            plant.makeClockSettable(service);
            plant.jumpClock(service, Duration.ofDays(1));
            pause(random, 2_000);
            plant.jumpClock(service, Duration.ofDays(-1));
            pause(random, 2_000);
        }
    };

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
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return true;
    }
}
