package io.bitfrontier.service.sweep;

import io.bitfrontier.service.access.Callers;
import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.run.RunRegistry;
import io.bitfrontier.service.run.RunsReady;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What may be done to a sweep while it lasts: pausing, resuming, and changing what it may take. */
@Service
public class SweepLife {
    private final SweepRepository repository;
    private final RunRegistry registry;
    private final SweepEvents events;
    private final ApplicationEventPublisher publisher;
    private final Clock clock;

    SweepLife(
            SweepRepository repository,
            RunRegistry registry,
            SweepEvents events,
            ApplicationEventPublisher publisher,
            Clock clock) {
        this.repository = repository;
        this.registry = registry;
        this.events = events;
        this.publisher = publisher;
        this.clock = clock;
    }

    /**
     * Runs that no other living, unpaused sweep needs are claimed no more. Durable, and harmless when repeated.
     *
     * @param drain whether those that run go to their next checkpoint only; false lets them end
     * @throws ProblemException NOT_FOUND, CONFLICT for a cancelled sweep
     */
    @Transactional
    public Sweep pause(UUID id, boolean drain) {
        Sweep sweep = living(id);
        if (sweep.pause(drain, clock)) {
            repository.saveAndFlush(sweep);
            events.record(
                    id,
                    SweepEvents.PAUSED,
                    Callers.current().subject(),
                    drain
                            ? "the sweep was paused; what runs goes to a checkpoint first"
                            : "the sweep was paused; what runs may end",
                    null);
        }
        return sweep;
    }

    /**
     * Its runs are claimed again. Harmless when it is not paused.
     *
     * @throws ProblemException NOT_FOUND, CONFLICT for a cancelled sweep
     */
    @Transactional
    public Sweep resume(UUID id) {
        Sweep sweep = living(id);
        if (sweep.resume(clock)) {
            repository.saveAndFlush(sweep);
            events.record(id, SweepEvents.RESUMED, Callers.current().subject(), "the sweep was resumed", null);
            publisher.publishEvent(new RunsReady());
        }
        return sweep;
    }

    /**
     * Changes the limits that are named and leaves the others as they are; null lifts one.
     *
     * @throws ProblemException NOT_FOUND, INVALID with every violation
     */
    @Transactional
    public Sweep limit(UUID id, Map<String, @Nullable Object> changes) {
        registry.lock();
        Sweep sweep = get(id);
        SweepLimits before = sweep.limits();
        Map<String, @Nullable Object> merged = plain(before);
        merged.putAll(changes);
        SweepLimits after = LimitsReader.read(merged);
        if (!after.equals(before)) {
            sweep.limit(after, clock);
            repository.saveAndFlush(sweep);
            events.record(id, SweepEvents.LIMITED, Callers.current().subject(), sentence(before, after), null);
            publisher.publishEvent(new RunsReady());
        }
        return sweep;
    }

    private static Map<String, @Nullable Object> plain(SweepLimits limits) {
        Map<String, @Nullable Object> plain = new LinkedHashMap<>();
        plain.put("priority", limits.priority());
        plain.put("maxWorkers", limits.maxWorkers());
        plain.put("gpuHours", limits.gpuHours());
        plain.put("deadline", limits.deadline());
        plain.put("keep", limits.keep().label());
        return plain;
    }

    private static String sentence(SweepLimits before, SweepLimits after) {
        StringBuilder changed = new StringBuilder("the limits were changed:");
        Map<String, @Nullable Object> old = plain(before);
        plain(after).forEach((name, value) -> {
            Object was = old.get(name);
            if (!Objects.equals(was, value)) {
                changed.append(changed.indexOf("→") < 0 ? " " : ", ")
                        .append(name)
                        .append(' ')
                        .append(was == null ? "none" : was)
                        .append(" → ")
                        .append(value == null ? "none" : value);
            }
        });
        return changed.toString();
    }

    private Sweep living(UUID id) {
        registry.lock();
        Sweep sweep = get(id);
        if (sweep.cancelledAt() != null) {
            throw new ProblemException(
                    ProblemCode.CONFLICT, "The sweep " + sweep.name() + " is cancelled; retry it to go on with it");
        }
        return sweep;
    }

    private Sweep get(UUID id) {
        return repository.findById(id).orElseThrow(() -> ProblemException.notFound("sweep", id));
    }
}
