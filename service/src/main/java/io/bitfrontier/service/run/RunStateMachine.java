package io.bitfrontier.service.run;

import static io.bitfrontier.vocabulary.protocol.RunState.CANCELLED;
import static io.bitfrontier.vocabulary.protocol.RunState.FAILED;
import static io.bitfrontier.vocabulary.protocol.RunState.PLANNED;
import static io.bitfrontier.vocabulary.protocol.RunState.READY;
import static io.bitfrontier.vocabulary.protocol.RunState.RUNNING;
import static io.bitfrontier.vocabulary.protocol.RunState.SUCCEEDED;

import io.bitfrontier.vocabulary.protocol.RunState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The states a run can take, as an allow-list (from, event) → to. What is not in the table cannot happen. */
public final class RunStateMachine {
    /** One row of the table. */
    public record Transition(RunState from, RunEvent event, RunState to) {}

    private record Key(RunState from, RunEvent event) {}

    private static final List<Transition> TABLE = List.of(
            new Transition(PLANNED, RunEvent.START_STORED, READY),
            new Transition(PLANNED, RunEvent.START_FAILED, FAILED),
            new Transition(PLANNED, RunEvent.CANCELLED, CANCELLED),
            new Transition(READY, RunEvent.CLAIMED, RUNNING),
            new Transition(READY, RunEvent.CANCELLED, CANCELLED),
            new Transition(RUNNING, RunEvent.COMPLETED, SUCCEEDED),
            new Transition(RUNNING, RunEvent.PREEMPTED, READY),
            new Transition(RUNNING, RunEvent.LOST, READY),
            new Transition(RUNNING, RunEvent.RETRIED, READY),
            new Transition(RUNNING, RunEvent.FAILED, FAILED),
            new Transition(RUNNING, RunEvent.CANCELLED, CANCELLED));

    private static final Map<Key, RunState> NEXT = index(TABLE);

    private RunStateMachine() {}

    public static List<Transition> table() {
        return TABLE;
    }

    /** Where the event leads; empty where it is not allowed. */
    public static Optional<RunState> next(RunState from, RunEvent event) {
        return Optional.ofNullable(NEXT.get(new Key(from, event)));
    }

    /**
     * Checks a table.
     *
     * @throws IllegalStateException for a duplicate and for a way out of a final state
     */
    static Map<Key, RunState> index(List<Transition> table) {
        Map<Key, RunState> next = new LinkedHashMap<>();
        for (Transition transition : table) {
            if (transition.from().isFinal()) {
                throw new IllegalStateException(transition + " leaves a final state");
            }
            if (next.put(new Key(transition.from(), transition.event()), transition.to()) != null) {
                throw new IllegalStateException(transition + " is in the table twice");
            }
        }
        return Map.copyOf(next);
    }
}
