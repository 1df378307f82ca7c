package io.bitfrontier.cli.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A project, to which sweeps, data sets, quotas and roles belong. */
public record Project(String name, String createdAt) {
    /** A page of them, by name. */
    public record Page(List<Project> items, @Nullable String nextCursor) {}
}
