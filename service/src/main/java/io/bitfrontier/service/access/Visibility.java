package io.bitfrontier.service.access;

import java.util.List;

/**
 * The projects whose things a caller may see.
 *
 * @param everything whether all of them, so that no query needs a condition
 * @param projects their ids; empty when {@code everything}
 */
public record Visibility(boolean everything, List<Long> projects) {
    public static final Visibility EVERYTHING = new Visibility(true, List.of());

    /** The ids as a query's array parameter. */
    public Long[] ids() {
        return projects.toArray(Long[]::new);
    }
}
