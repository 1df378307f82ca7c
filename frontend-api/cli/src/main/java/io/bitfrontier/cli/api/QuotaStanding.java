package io.bitfrontier.cli.api;

import org.jspecify.annotations.Nullable;

/** What the sweeps of a project may take together, and take. */
public record QuotaStanding(String project, Quota quota, Use use) {
    /** Absent bounds are none. */
    public record Quota(
            @Nullable Integer maxWorkers,
            @Nullable Double gpuHoursPerMonth,
            @Nullable Double gpuHours,
            @Nullable Integer maxLivingSweeps) {}

    /** What is taken. */
    public record Use(int workers, double gpuHoursOfMonth, double gpuHours, int livingSweeps) {}
}
