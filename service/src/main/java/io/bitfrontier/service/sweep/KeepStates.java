package io.bitfrontier.service.sweep;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Whose checkpoints a sweep keeps once no run needs them any more. Results are kept in any case. */
public enum KeepStates {
    /** Every state that the sweep rests on: it can be extended and evaluated again without training anything twice. */
    EXTENDABLE,
    /** The states of its points and those that their weights are compared with: evaluations can be added. */
    POINTS,
    /** None: the results are what the sweep was for. */
    RESULTS;

    /** As documents and columns write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<KeepStates> of(String label) {
        return Arrays.stream(values())
                .filter(keep -> keep.label().equals(label))
                .findFirst();
    }

    static List<String> labels() {
        return Arrays.stream(values()).map(KeepStates::label).toList();
    }
}
