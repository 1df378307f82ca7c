package io.bitfrontier.service.sweep;

import io.bitfrontier.service.plan.GridExpander;
import io.bitfrontier.service.plan.GridPoint;
import io.bitfrontier.service.plan.Plan;
import io.bitfrontier.service.plan.PlannedTrajectory;
import io.bitfrontier.service.plan.Planner;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import io.bitfrontier.service.run.RequiredWork;
import io.bitfrontier.vocabulary.work.StateKey;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A document with its plan.
 *
 * @param document what was asked for
 * @param expansion the points, and what was dropped
 * @param plan what is trained
 */
public record PlannedSweep(SweepDocument document, GridExpander.Expansion expansion, Plan plan) {
    /**
     * Plans a document.
     *
     * @throws ProblemException when nothing of the grid is left
     */
    static PlannedSweep of(SweepDocument document) {
        GridExpander.Expansion expansion =
                GridExpander.expand(document.grid(), document.training().batchTokens());
        if (expansion.points().isEmpty()) {
            throw ProblemException.invalid(List.of(new Violation(
                    document.grid().exclusions().isEmpty() ? "grid" : "exclude",
                    Integer.toString(expansion.dropped().size()),
                    "leaves no point: all " + expansion.dropped().size()
                            + " combinations are dropped, the first because "
                            + expansion.dropped().get(0).reason())));
        }
        return new PlannedSweep(document, expansion, Planner.plan(expansion.points(), document.training()));
    }

    public PlanSummary summary() {
        return PlanSummary.of(plan.totals(), expansion.dropped().size());
    }

    /** Bytes of the checkpoints that stay when everything is done, by the document's own rule. */
    public long storageKeptBytes() {
        return switch (document.limits().keep()) {
            case EXTENDABLE -> plan.totals().storageBytes();
            case POINTS -> storageOfPoints();
            case RESULTS -> 0;
        };
    }

    /** The states of the points, and those that their trajectories start from, which they are compared with. */
    private long storageOfPoints() {
        Map<String, PlannedTrajectory> byFingerprint = new HashMap<>();
        plan.trajectories().forEach(trajectory -> byFingerprint.put(trajectory.fingerprint(), trajectory));
        Set<StateKey> kept = new HashSet<>();
        for (Plan.Point point : plan.points()) {
            kept.add(point.state());
            PlannedTrajectory trajectory = byFingerprint.get(point.state().trajectory());
            TrajectorySpec.Start start =
                    trajectory == null ? null : trajectory.spec().start();
            if (start != null) {
                kept.add(new StateKey(start.trajectory(), start.tokens()));
            }
        }
        long bytes = 0;
        for (StateKey state : kept) {
            PlannedTrajectory trajectory = byFingerprint.get(state.trajectory());
            bytes += trajectory == null ? 0 : Planner.stateBytes(trajectory);
        }
        return bytes;
    }

    /** Requested budgets and what they were rounded to, in the order of the grid. */
    public Map<Long, Long> rounding() {
        Map<Long, Long> rounded = new LinkedHashMap<>();
        for (GridPoint point : expansion.points()) {
            rounded.put(point.tokensRequested(), point.tokens());
        }
        return rounded;
    }

    RequiredWork work() {
        List<RequiredWork.Trajectory> trajectories = new ArrayList<>();
        for (PlannedTrajectory trajectory : plan.trajectories()) {
            trajectories.add(new RequiredWork.Trajectory(
                    trajectory.fingerprint(),
                    trajectory.spec(),
                    trajectory.model(),
                    Planner.trainFlopsPerToken(trajectory),
                    List.copyOf(trajectory.states())));
        }
        Map<StateKey, RequiredWork.Evaluation> evaluations = new LinkedHashMap<>();
        for (Plan.Point point : plan.points()) {
            evaluations.computeIfAbsent(
                    point.state(),
                    state -> new RequiredWork.Evaluation(
                            state,
                            plan.evaluation(),
                            Planner.evaluateFlops(point.point().shape(), plan.evaluation())));
        }
        return new RequiredWork(trajectories, List.copyOf(evaluations.values()), document.resourceClass());
    }
}
