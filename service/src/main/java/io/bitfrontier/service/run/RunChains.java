package io.bitfrontier.service.run;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which runs bring about the states that are wanted, given what is stored and what is on its way already: each goes on from the
 * nearest earlier state of its trajectory.
 */
final class RunChains {
    private final Map<Long, Node> nodes = new HashMap<>();
    private final Map<Long, NavigableMap<Long, Node>> trajectories = new HashMap<>();
    private final Map<Long, Start> starts = new HashMap<>();
    private final Set<Long> needed = new HashSet<>();

    /**
     * A state and who brings it about.
     *
     * @param living the train run that is on its way to it or has reached it; null for none
     * @param livingStart the state that run goes on from; null for fresh weights
     * @param livingFrom lineage tokens of {@code livingStart}
     */
    record Node(
            long id,
            long trajectory,
            long tokens,
            boolean stored,
            @Nullable Long living,
            @Nullable Long livingStart,
            long livingFrom) {
        boolean canBeContinued() {
            return stored || living != null;
        }
    }

    /**
     * Where a trajectory begins.
     *
     * @param state the state it branches off; null for fresh weights
     */
    record Start(@Nullable Long state, long tokens, double flopsPerToken) {}

    /**
     * A run towards a state.
     *
     * @param existing the run when there is one already
     * @param start the state it goes on from; null for fresh weights
     * @param criticalFlops of the longest chain that waits for it, itself included
     */
    record Step(
            long target,
            @Nullable Long existing,
            @Nullable Long start,
            long from,
            long to,
            double flops,
            double criticalFlops) {}

    /**
     * Prepares the chains.
     *
     * @param known every state of the trajectories
     * @param starts of the trajectories, by id
     */
    RunChains(Collection<Node> known, Map<Long, Start> starts) {
        this.starts.putAll(starts);
        for (Node node : known) {
            nodes.put(node.id(), node);
            trajectories
                    .computeIfAbsent(node.trajectory(), t -> new TreeMap<>())
                    .put(node.tokens(), node);
        }
    }

    /**
     * The runs that the wanted states need and that have not succeeded.
     *
     * @param evaluations FLOPs of evaluating each wanted state
     */
    List<Step> towards(Map<Long, Double> evaluations) {
        evaluations.keySet().forEach(this::need);
        List<Step> steps = new ArrayList<>();
        for (long id : needed) {
            steps.add(step(node(id)));
        }
        return withCriticalPaths(steps, evaluations);
    }

    /** The states that still have to be brought about. */
    Set<Long> needed() {
        return Set.copyOf(needed);
    }

    private void need(long state) {
        Node node = node(state);
        if (node.stored() || !needed.add(state)) {
            return;
        }
        Start start = start(node);
        boolean continues =
                states(node).headMap(node.tokens(), false).values().stream().anyMatch(Node::canBeContinued);
        if (!continues && start.state() != null) {
            need(start.state());
        }
    }

    private Step step(Node node) {
        double flopsPerToken = start(node).flopsPerToken();
        if (node.living() != null) {
            double flops = (node.tokens() - node.livingFrom()) * flopsPerToken;
            return new Step(node.id(), node.living(), node.livingStart(), node.livingFrom(), node.tokens(), flops, 0);
        }
        Start start = start(node);
        Long from = start.state();
        long fromTokens = start.tokens();
        for (Node earlier :
                states(node).headMap(node.tokens(), false).descendingMap().values()) {
            if (earlier.canBeContinued() || needed.contains(earlier.id())) {
                from = earlier.id();
                fromTokens = earlier.tokens();
                break;
            }
        }
        double flops = (node.tokens() - fromTokens) * flopsPerToken;
        return new Step(node.id(), null, from, fromTokens, node.tokens(), flops, 0);
    }

    /** A run ends no earlier than what it waits for, so from the latest end backwards every chain behind a run is known. */
    private static List<Step> withCriticalPaths(List<Step> steps, Map<Long, Double> evaluations) {
        List<Step> latestFirst = new ArrayList<>(steps);
        latestFirst.sort(Comparator.comparingLong(Step::to)
                .thenComparingLong(Step::from)
                .reversed()
                .thenComparingLong(Step::target));
        Map<Long, Double> behind = new HashMap<>(evaluations);
        List<Step> result = new ArrayList<>(steps.size());
        for (Step step : latestFirst) {
            double critical = step.flops() + behind.getOrDefault(step.target(), 0.0);
            if (step.start() != null) {
                behind.merge(step.start(), critical, Math::max);
            }
            result.add(new Step(
                    step.target(), step.existing(), step.start(), step.from(), step.to(), step.flops(), critical));
        }
        return result;
    }

    private Node node(long id) {
        Node node = nodes.get(id);
        if (node == null) {
            throw new IllegalStateException("state " + id + " belongs to none of the trajectories");
        }
        return node;
    }

    private Start start(Node node) {
        Start start = starts.get(node.trajectory());
        if (start == null) {
            throw new IllegalStateException("trajectory " + node.trajectory() + " has no start");
        }
        return start;
    }

    private NavigableMap<Long, Node> states(Node node) {
        NavigableMap<Long, Node> states = trajectories.get(node.trajectory());
        return states == null ? new TreeMap<>() : states;
    }
}
