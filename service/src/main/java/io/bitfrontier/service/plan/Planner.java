package io.bitfrontier.service.plan;

import io.bitfrontier.vocabulary.Flops;
import io.bitfrontier.vocabulary.ModelShape;
import io.bitfrontier.vocabulary.Quantizer;
import io.bitfrontier.vocabulary.StateSize;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import io.bitfrontier.vocabulary.work.StateKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Turns grid points into trajectories and states: design.md's arithmetic. */
public final class Planner {
    private Planner() {}

    /** Plans points that {@link GridExpander} made with the same {@code batchTokens}. */
    public static Plan plan(List<GridPoint> points, TrainingSettings settings) {
        Lineages lineages = new Lineages(settings);
        List<Plan.Point> planned = new ArrayList<>(points.size());
        Map<StateKey, ModelShape> evaluated = new HashMap<>();
        for (GridPoint point : points) {
            StateKey state = lineages.stateOf(point);
            planned.add(new Plan.Point(point, state));
            evaluated.put(state, point.shape());
        }
        List<PlannedTrajectory> trajectories = lineages.trajectories();
        return new Plan(
                planned, trajectories, settings.evaluation(), totals(points, settings, trajectories, evaluated));
    }

    private static Plan.Totals totals(
            List<GridPoint> points,
            TrainingSettings settings,
            List<PlannedTrajectory> trajectories,
            Map<StateKey, ModelShape> evaluated) {
        int states = 0;
        double flops = 0;
        long storage = 0;
        for (PlannedTrajectory trajectory : trajectories) {
            states += trajectory.states().size();
            flops += trajectory.tokens() * trainFlopsPerToken(trajectory);
            storage += trajectory.states().size() * stateBytes(trajectory);
        }
        for (ModelShape shape : evaluated.values()) {
            flops += evaluateFlops(shape, settings.evaluation());
        }
        return new Plan.Totals(
                points.size(),
                states,
                evaluated.size(),
                points.stream().mapToLong(GridPoint::tokens).sum(),
                tokensParentReused(points, settings),
                tokens(trajectories),
                flops,
                storage);
    }

    private static long tokensParentReused(List<GridPoint> points, TrainingSettings settings) {
        Lineages common = new Lineages(settings.commonPractice());
        points.forEach(common::follow);
        return tokens(common.trajectories());
    }

    private static long tokens(List<PlannedTrajectory> trajectories) {
        return trajectories.stream().mapToLong(PlannedTrajectory::tokens).sum();
    }

    /** FLOPs of training a trajectory by one token. */
    public static double trainFlopsPerToken(PlannedTrajectory trajectory) {
        return Flops.trainPerToken(trajectory.spec().model(), trajectory.spec().sequenceLength());
    }

    /** FLOPs of one evaluation of a model. */
    public static double evaluateFlops(ModelShape shape, EvaluationSpec evaluation) {
        double tokens = (double) evaluation.windows() * evaluation.sequenceLength();
        return tokens * Flops.evaluatePerToken(shape, evaluation.sequenceLength());
    }

    /** What a state of a trajectory weighs. */
    public static long stateBytes(PlannedTrajectory trajectory) {
        Quantizer quantizer = trajectory.spec().quantizer() == null
                ? null
                : trajectory.spec().quantizer().quantizer();
        return StateSize.bytes(trajectory.spec().model(), quantizer);
    }
}
