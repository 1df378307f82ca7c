package io.bitfrontier.cli.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A page of sweeps. */
public record SweepPage(List<Sweep> items, @Nullable String nextCursor) {}
