package io.bitfrontier.trainer.bench;

import java.util.Arrays;
import java.util.List;

/**
 * A sample on a noisy machine: its median and its quartiles.
 *
 * @param trials number of values
 */
record Spread(double median, double lowerQuartile, double upperQuartile, int trials) {
    static Spread of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("a spread needs at least one value");
        }
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return new Spread(quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75), sorted.length);
    }

    /** Linear between order statistics (Hyndman and Fan's type 7). */
    private static double quantile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) Math.floor(place);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    /** Every value moved by {@code term}. */
    Spread plus(double term) {
        return new Spread(median + term, lowerQuartile + term, upperQuartile + term, trials);
    }

    /** Every value replaced by numerator / value: seconds per step become tokens per second. */
    Spread into(double numerator) {
        return new Spread(numerator / median, numerator / upperQuartile, numerator / lowerQuartile, trials);
    }

    static double median(double... values) {
        return of(Arrays.stream(values).boxed().toList()).median();
    }
}
