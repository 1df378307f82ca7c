package io.bitfrontier.service.quota;

import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the sweeps of a project may take together; null is no bound.
 *
 * @param maxWorkers most workers at one time
 * @param gpuHoursPerMonth most GPU-hours of attempts that end in a month (UTC), those that run included
 * @param gpuHours most GPU-hours since the project exists
 * @param maxLivingSweeps most sweeps that are neither finished nor cancelled
 */
public record Quota(
        @Nullable Integer maxWorkers,
        @Nullable Double gpuHoursPerMonth,
        @Nullable Double gpuHours,
        @Nullable Integer maxLivingSweeps) {
    private static final int MOST = 1_000_000;
    private static final double MOST_HOURS = 1e9;

    /** @throws ProblemException INVALID with every violation */
    void check() {
        List<Violation> violations = new ArrayList<>();
        bounded(violations, "maxWorkers", maxWorkers, MOST);
        bounded(violations, "gpuHoursPerMonth", gpuHoursPerMonth, MOST_HOURS);
        bounded(violations, "gpuHours", gpuHours, MOST_HOURS);
        bounded(violations, "maxLivingSweeps", maxLivingSweeps, MOST);
        if (!violations.isEmpty()) {
            throw ProblemException.invalid(violations);
        }
    }

    private static void bounded(List<Violation> violations, String name, @Nullable Number value, double most) {
        if (value != null && !(value.doubleValue() >= 0 && value.doubleValue() <= most)) {
            violations.add(new Violation(name, value.toString(), "must be from 0 to " + Math.round(most)));
        }
    }
}
