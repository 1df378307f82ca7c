package io.bitfrontier.service.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What somebody may do in a project; each role may do what those before it may. */
public enum Role {
    /** Reads. */
    VIEWER,
    /** Submits, cancels and changes sweeps, registers data sets. */
    RESEARCHER,
    /** Administers projects, tokens and quotas. */
    OPERATOR;

    /** As REST, settings and people write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public boolean includes(Role other) {
        return compareTo(other) >= 0;
    }

    public static Optional<Role> of(String label) {
        return Arrays.stream(values())
                .filter(role -> role.label().equals(label))
                .findFirst();
    }
}
