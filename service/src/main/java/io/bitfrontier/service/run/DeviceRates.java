package io.bitfrontier.service.run;

import io.bitfrontier.service.run.Workload.Amount;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How fast one device has been measured to be, and how long work takes on it by that.
 *
 * @param device as its workers name it
 * @param devices of it that work on one run together
 * @param measured per workload
 */
record DeviceRates(String device, int devices, List<Measured> measured) {
    DeviceRates {
        measured = List.copyOf(measured);
    }

    /**
     * What was measured of a workload.
     *
     * @param runs how many were measured
     */
    record Measured(Workload workload, double flopsPerToken, double flopsPerSecond, int runs) {}

    /** Device-hours of the work; empty where nothing at all was measured. */
    Optional<DeviceTime> timeOf(Map<Workload, Amount> work) {
        if (measured.isEmpty()) {
            return Optional.empty();
        }
        List<DeviceTime.Part> parts = new ArrayList<>();
        work.entrySet().stream()
                .filter(entry -> entry.getValue().flops() > 0)
                .sorted(Comparator.comparing(entry -> entry.getKey().toString()))
                .forEach(entry -> parts.add(part(entry.getKey(), entry.getValue())));
        return Optional.of(new DeviceTime(device, devices, parts));
    }

    private DeviceTime.Part part(Workload workload, Amount amount) {
        Measured exact = find(workload);
        Measured basis = exact != null ? exact : nearest(workload, amount.flopsPerToken());
        double hours = amount.flops() / basis.flopsPerSecond() * devices / 3600;
        double tokensPerSecond = basis.flopsPerSecond() / amount.flopsPerToken();
        return new DeviceTime.Part(
                workload, exact != null ? null : basis.workload(), basis.runs(), tokensPerSecond, hours);
    }

    private @Nullable Measured find(Workload workload) {
        return measured.stream()
                .filter(one -> one.workload().equals(workload))
                .findFirst()
                .orElse(null);
    }

    /**
     * The same kind of work if any of it was measured, then the model whose FLOPs per token are nearest by their ratio, then the
     * same quantizer.
     */
    private Measured nearest(Workload workload, double flopsPerToken) {
        return measured.stream()
                .min(Comparator.comparing(
                                (Measured one) -> !one.workload().kind().equals(workload.kind()))
                        .thenComparingDouble(one -> Math.abs(Math.log(one.flopsPerToken() / flopsPerToken)))
                        .thenComparing(one -> !Objects.equals(one.workload().quantizer(), workload.quantizer())
                                || !one.workload().precision().equals(workload.precision()))
                        .thenComparing(one -> one.workload().toString()))
                .orElseThrow();
    }
}
