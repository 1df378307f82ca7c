package io.bitfrontier.service.plan;

import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.TreeSet;

/** A trajectory that a plan follows, and the token counts at which its states are kept. */
public final class PlannedTrajectory {
    private final TrajectorySpec spec;
    private final String fingerprint;
    private final String model;
    private final NavigableSet<Long> states = new TreeSet<>();

    PlannedTrajectory(TrajectorySpec spec, String model) {
        this.spec = spec;
        this.fingerprint = spec.fingerprint();
        this.model = model;
    }

    public TrajectorySpec spec() {
        return spec;
    }

    public String fingerprint() {
        return fingerprint;
    }

    /** Name of the model in the catalog, or its dimensions. */
    public String model() {
        return model;
    }

    /** Lineage tokens of the states that points or branches need, ascending. */
    public NavigableSet<Long> states() {
        return Collections.unmodifiableNavigableSet(states);
    }

    /** Tokens trained to reach the last of the states. */
    public long tokens() {
        return states.last() - spec.startTokens();
    }

    void keep(long tokens) {
        states.add(tokens);
    }
}
