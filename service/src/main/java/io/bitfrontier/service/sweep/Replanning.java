package io.bitfrontier.service.sweep;

import io.bitfrontier.service.access.Audit;
import io.bitfrontier.service.access.Callers;
import io.bitfrontier.service.plan.Plan;
import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.quota.Quotas;
import io.bitfrontier.service.run.RunCancellation;
import io.bitfrontier.service.run.RunRegistry;
import io.bitfrontier.vocabulary.work.StateKey;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Plans a stored sweep once more: what of it failed or was cancelled, or a larger document of the same name. Whatever is stored
 * or on its way is kept; rows that have ended stay as they are, and what is planned again is a new generation.
 */
@Service
public class Replanning {
    private static final Logger log = LoggerFactory.getLogger(Replanning.class);
    private static final int SHOWN = 3;

    private final SweepRepository repository;
    private final Sweeps sweeps;
    private final RunRegistry registry;
    private final RunCancellation cancellation;
    private final PointRows points;
    private final SweepEvents events;
    private final Quotas quotas;
    private final JsonMapper json;
    private final Clock clock;

    Replanning(
            SweepRepository repository,
            Sweeps sweeps,
            RunRegistry registry,
            RunCancellation cancellation,
            PointRows points,
            SweepEvents events,
            Quotas quotas,
            JsonMapper json,
            Clock clock) {
        this.repository = repository;
        this.sweeps = sweeps;
        this.registry = registry;
        this.cancellation = cancellation;
        this.points = points;
        this.events = events;
        this.quotas = quotas;
        this.json = json;
        this.clock = clock;
    }

    /**
     * What failed or was cancelled is planned again, with everything that waited for it; a cancelled sweep lives again. Harmless
     * when there is nothing of the kind.
     *
     * @throws ProblemException NOT_FOUND, CONFLICT when this version of the service would train other states
     */
    @Transactional
    public Sweep retry(UUID id) {
        registry.lock();
        String who = Callers.current().subject();
        Sweep sweep = sweeps.get(id);
        PlannedSweep planned = sweeps.read(sweep.document());
        List<String> others = otherwise(points.states(id), planned.plan());
        if (!others.isEmpty()) {
            throw new ProblemException(
                    ProblemCode.CONFLICT,
                    "The sweep " + sweep.name() + " was planned by a version of the service that trains " + some(others)
                            + " in another way; submit it under another name");
        }
        boolean cancelled = sweep.cancelledAt() != null;
        quotas.requireRoom(planned.document().project(), cancelled || sweep.isFinished());
        RunRegistry.Registered registered =
                registry.register(id, planned.work(), who, "sweep " + sweep.name() + " was retried");
        // Another sweep may have planned again what failed here as well.
        int superseded = registry.forgetSuperseded(id);
        if (!cancelled && registered.newRuns() == 0 && superseded == 0) {
            return sweep;
        }
        sweep.reopen(clock);
        repository.saveAndFlush(sweep);
        events.record(
                id,
                SweepEvents.RETRIED,
                who,
                "the sweep was retried: " + registered.newRuns() + " runs are planned again"
                        + (cancelled ? ", and it is cancelled no more" : ""),
                null);
        log.info("sweep {} {} retried: {} new runs", id, sweep.name(), registered.newRuns());
        return sweep;
    }

    /**
     * A document that holds every point of the sweep and more takes the place of its document, and what is missing is planned:
     * trunks go on from their stored states, and another evaluation measures the states that are there. The same document again
     * changes nothing, and a name that there is not yet is a new sweep.
     *
     * @param retrain whether states whose checkpoints were removed may be trained again
     * @throws ProblemException INVALID with every violation, CONFLICT when a point would be lost or trained in another way,
     *     FORBIDDEN when the caller may not submit to its project
     */
    @Transactional
    public Sweeps.Submission extend(String text, boolean retrain) {
        PlannedSweep planned = sweeps.read(text);
        SweepDocument document = planned.document();
        String who = Sweeps.changing(document).subject();
        registry.lock();
        Optional<Sweep> stored = sweeps.find(document);
        if (stored.isEmpty()) {
            return sweeps.submit(text);
        }
        Sweep sweep = stored.get();
        if (sweep.isOf(document)) {
            return new Sweeps.Submission(sweep, false);
        }
        if (sweep.cancelledAt() != null) {
            throw new ProblemException(
                    ProblemCode.CONFLICT,
                    "The sweep " + sweep.name() + " is cancelled; retry it before it is extended");
        }
        UUID id = sweep.id();
        Audit.about(document.project(), "sweep " + id);
        quotas.requireRoom(document.project(), sweep.isFinished());
        Map<String, StateKey> before = points.states(id);
        refuseLosses(sweep, before, planned.plan());
        SweepLimits written = LimitsReader.ofDocument(
                json.readValue(sweep.document(), new TypeReference<Map<String, @Nullable Object>>() {}));
        RunRegistry.Registered registered =
                registry.register(id, planned.work(), who, "sweep " + sweep.name() + " was extended");
        RunRegistry.Retraining again = registry.retraining(id);
        if (again.states() > 0 && !retrain) {
            throw new ProblemException(
                    ProblemCode.CONFLICT,
                    "The checkpoints of " + again.states() + " states of the sweep " + sweep.name()
                            + " were removed (its limits.keep is "
                            + sweep.limits().keep().label() + "), so that "
                            + again.tokens() + " tokens would be trained again; extend it with retrain to do so");
        }
        registry.forgetSuperseded(id);
        cancellation.replaceEvaluations(
                id,
                planned.plan().evaluation().version(),
                who,
                "sweep " + sweep.name() + " was extended and is measured otherwise");
        points.insert(id, planned.plan(), registered.stateIds());
        sweep.extend(document, json, planned.summary(), clock);
        if (!written.equals(document.limits())) {
            sweep.limit(document.limits(), clock);
        }
        repository.saveAndFlush(sweep);
        int added = planned.plan().points().size() - before.size();
        events.record(
                id,
                SweepEvents.EXTENDED,
                who,
                "the sweep was extended: " + added + " more points, " + registered.newRuns() + " more runs",
                sweep.document());
        log.info("sweep {} {} extended: {} points, {} new runs", id, sweep.name(), added, registered.newRuns());
        return new Sweeps.Submission(sweep, false);
    }

    private static void refuseLosses(Sweep sweep, Map<String, StateKey> before, Plan plan) {
        Map<String, StateKey> after = new HashMap<>();
        plan.points().forEach(point -> after.put(point.point().fingerprint(), point.state()));
        long lost = before.keySet().stream()
                .filter(point -> !after.containsKey(point))
                .count();
        if (lost > 0) {
            throw new ProblemException(
                    ProblemCode.CONFLICT,
                    "The document leaves out " + lost + " of the " + before.size() + " points of the sweep "
                            + sweep.name() + "; an extension only adds, so give this one another name");
        }
        List<String> others = otherwise(before, plan);
        if (!others.isEmpty()) {
            throw new ProblemException(
                    ProblemCode.CONFLICT,
                    "The document trains " + some(others) + " of the sweep " + sweep.name()
                            + " in another way; an extension only adds, so give this one another name");
        }
    }

    /** The points that the plan brings about by other states than before. */
    private static List<String> otherwise(Map<String, StateKey> before, Plan plan) {
        List<String> others = new ArrayList<>();
        for (Plan.Point point : plan.points()) {
            StateKey was = before.get(point.point().fingerprint());
            if (was != null && !was.equals(point.state())) {
                var grid = point.point();
                others.add(grid.model() + " " + grid.tokens() + " tokens "
                        + grid.precision().label() + "-bit " + grid.scheme().label() + " seed " + grid.seed());
            }
        }
        return others;
    }

    private static String some(List<String> names) {
        return names.size()
                + (names.size() == 1 ? " point (" : " points (")
                + String.join("; ", names.subList(0, Math.min(SHOWN, names.size())))
                + (names.size() > SHOWN ? "; …)" : ")");
    }
}
