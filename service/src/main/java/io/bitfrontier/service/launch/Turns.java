package io.bitfrontier.service.launch;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.provider.jdbctemplate.JdbcTemplateLockProvider;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Lets one replica at a time do what all of them would do alike. It saves work and keeps replicas out of each other's way;
 * nothing that must be right depends on it: a turn that takes too long is taken over, and then two work at once.
 */
@Component
class Turns {
    private final LockProvider locks;
    private final Duration longest;
    private final Clock clock;

    Turns(JdbcTemplate jdbc, LaunchSettings settings, Clock clock) {
        this.clock = clock;
        this.locks = new JdbcTemplateLockProvider(JdbcTemplateLockProvider.Configuration.builder()
                .withJdbcTemplate(jdbc)
                .usingDbTime()
                .build());
        Duration rounds = settings.reconcileEvery().multipliedBy(3);
        this.longest = rounds.compareTo(Duration.ofSeconds(5)) < 0 ? Duration.ofSeconds(5) : rounds;
    }

    /** Does {@code work} unless another replica is at it; whether it did. */
    boolean take(String name, Runnable work) {
        // The database's time decides; the instant only dates the request.
        Optional<SimpleLock> turn = locks.lock(new LockConfiguration(clock.instant(), name, longest, Duration.ZERO));
        turn.ifPresent(lock -> {
            try {
                work.run();
            } finally {
                lock.unlock();
            }
        });
        return turn.isPresent();
    }
}
