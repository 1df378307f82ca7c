package io.bitfrontier.service.run;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How long work takes on a device by what was measured there: training and evaluating alone, without the start of workers.
 *
 * @param device as its workers name it
 * @param devices of it that work on one run together; hours count each of them
 */
public record DeviceTime(String device, int devices, List<Part> parts) {
    public DeviceTime {
        parts = List.copyOf(parts);
    }

    /**
     * One workload's part.
     *
     * @param estimatedFrom the nearest measured workload, by whose FLOP rate this one is estimated; null where it was measured
     *     itself
     * @param runs that were measured, of this workload or of the nearest
     * @param hours of one device
     */
    public record Part(
            Workload workload, @Nullable Workload estimatedFrom, int runs, double tokensPerSecond, double hours) {}

    public double hours() {
        return parts.stream().mapToDouble(Part::hours).sum();
    }

    /** Where the hours come from, in one sentence. */
    public String source() {
        List<Part> estimated =
                parts.stream().filter(part -> part.estimatedFrom() != null).toList();
        int runs = parts.stream()
                .filter(part -> part.estimatedFrom() == null)
                .mapToInt(Part::runs)
                .sum();
        String measured = runs == 0 ? "nothing of this measured on " + device : runs + " runs measured on " + device;
        if (estimated.isEmpty()) {
            return measured;
        }
        String nearest = estimated.stream()
                .map(part ->
                        part.estimatedFrom() == null ? "" : part.estimatedFrom().what())
                .distinct()
                .sorted()
                .limit(3)
                .collect(Collectors.joining(", "));
        return measured + "; " + estimated.size() + " of " + parts.size()
                + " kinds of work estimated from the FLOP rate of the nearest measured model (" + nearest + ")";
    }
}
