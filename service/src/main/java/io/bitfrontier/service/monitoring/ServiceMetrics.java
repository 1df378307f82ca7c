package io.bitfrontier.service.monitoring;

import io.bitfrontier.vocabulary.protocol.RunState;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import org.springframework.stereotype.Component;

/** The gauges and counters that come from the database; those of events are counted where the events happen. */
@Component
class ServiceMetrics implements MeterBinder {
    private static final List<String> STORAGE_KINDS = List.of("states", "checkpoints", "going");
    /** As the table of workers has them. */
    static final List<String> WORKER_STATES = List.of("LAUNCHING", "ACTIVE", "LEFT", "LOST");

    private final ServiceCounts counts;

    ServiceMetrics(ServiceCounts counts) {
        this.counts = counts;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (RunState state : RunState.values()) {
            Gauge.builder("bitfrontier.runs", counts, of -> of.runs(state.name()))
                    .description("Runs by state")
                    .tag("state", state.name())
                    .register(registry);
        }
        Gauge.builder("bitfrontier.runs.claimable", counts, ServiceCounts::claimableRuns)
                .description("READY runs that more workers might claim now, of each sweep a thousand at most")
                .register(registry);
        for (String state : WORKER_STATES) {
            Gauge.builder("bitfrontier.workers", counts, of -> of.workers(state))
                    .description("Workers by state")
                    .tag("state", state)
                    .register(registry);
        }
        Gauge.builder("bitfrontier.workers.launching.age", counts, ServiceCounts::secondsOfLaunching)
                .description("Age of the oldest worker that is LAUNCHING; 0 if none is")
                .baseUnit("seconds")
                .register(registry);
        for (String kind : STORAGE_KINDS) {
            Gauge.builder("bitfrontier.storage.bytes", counts, of -> of.storageBytes(kind))
                    .description("Checkpoints in the artifact store")
                    .tag("kind", kind)
                    .register(registry);
        }
        Gauge.builder("bitfrontier.sweeps.stopped", counts, ServiceCounts::stoppedSweeps)
                .description("Sweeps that have reached a limit of their own or of their project")
                .register(registry);
        FunctionCounter.builder("bitfrontier.states.evicted", counts, ServiceCounts::evictedStates)
                .description("States whose checkpoint was removed because nobody needed it")
                .register(registry);
        FunctionCounter.builder("bitfrontier.refused.writes", counts, ServiceCounts::refusedWrites)
                .description("Writes of attempts that had been fenced, refused")
                .register(registry);
        FunctionCounter.builder("bitfrontier.attempts.lost", counts, ServiceCounts::lostAttempts)
                .description("Attempts without a sign of life past their lease, or with proof of death")
                .register(registry);
    }
}
