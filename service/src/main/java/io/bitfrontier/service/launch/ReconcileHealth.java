package io.bitfrontier.service.launch;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Ready only once rows and workers have been compared. */
@Component("reconcile")
class ReconcileHealth implements HealthIndicator {
    private volatile boolean expected;
    private volatile boolean done;

    void expectRounds() {
        expected = true;
    }

    void roundDone() {
        done = true;
    }

    @Override
    public Health health() {
        return !expected || done
                ? Health.up().build()
                : Health.outOfService()
                        .withDetail("reason", "rows and workers have not been compared yet")
                        .build();
    }
}
