package io.bitfrontier.service.plan;

import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A trajectory that a plan follows, and the token counts at which its states are kept. */
public final class PlannedTrajectory {
    private final TrajectorySpec spec;
    private final String model;
    private final NavigableSet<Long> states = new TreeSet<>();
    /** Null until somebody asks: hashing is most of what planning costs, and a mere count of tokens needs no hash. */
    private @Nullable String fingerprint;

    PlannedTrajectory(TrajectorySpec spec, String model) {
        this.spec = spec;
        this.model = model;
    }

    public TrajectorySpec spec() {
        return spec;
    }

    public String fingerprint() {
        String known = fingerprint;
        if (known == null) {
            known = spec.fingerprint();
            fingerprint = known;
        }
        return known;
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
