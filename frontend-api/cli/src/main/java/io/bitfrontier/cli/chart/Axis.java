package io.bitfrontier.cli.chart;

import io.bitfrontier.cli.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.stream.DoubleStream;

/**
 * An axis with room around the data and ticks at round values.
 *
 * @param low value at position 0
 * @param high value at position 1
 * @param logarithmic whether equal factors are equally far apart
 * @param ticks round values within the axis, ascending
 */
record Axis(double low, double high, boolean logarithmic, List<Tick> ticks) {
    private static final double ROOM = 0.06;
    private static final double[] ROUND = {1, 2, 5};

    /** A value with its text. */
    record Tick(double value, String text) {}

    /** Sizes in bytes: logarithmic, ticks at 1, 2 and 5 times powers of ten, fewer where the range is wide. */
    static Axis sizes(DoubleStream bytes) {
        double[] sorted = bytes.sorted().toArray();
        double least = Math.log10(sorted[0]);
        double most = Math.log10(sorted[sorted.length - 1]);
        double room = Math.max(ROOM * (most - least), 0.08);
        double low = Math.pow(10, least - room);
        double high = Math.pow(10, most + room);
        double[] steps = most - least > 3 ? new double[] {1} : ROUND;
        List<Tick> ticks = new ArrayList<>();
        for (int power = (int) Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
            for (double step : steps) {
                double value = step * Math.pow(10, power);
                if (value >= low && value <= high) {
                    ticks.add(new Tick(value, Figures.roundBytes(value)));
                }
            }
        }
        return new Axis(low, high, true, List.copyOf(ticks));
    }

    /** Shares in per cent, within 0 and 1. */
    static Axis shares(DoubleStream shares) {
        return linear(shares, 0, 1, v -> String.format(Locale.ROOT, "%.0f %%", 100 * v), 0.01);
    }

    /** Losses in nats. */
    static Axis losses(DoubleStream losses) {
        return linear(losses, 0, Double.MAX_VALUE, v -> String.format(Locale.ROOT, "%.2f", v), 0.01);
    }

    private static Axis linear(
            DoubleStream values, double least, double most, DoubleFunction<String> text, double finest) {
        double[] sorted = values.sorted().toArray();
        double first = sorted[0];
        double last = sorted[sorted.length - 1];
        double room = Math.max(ROOM * (last - first), finest);
        double low = Math.max(least, first - room);
        double high = Math.min(most, last + room);
        double step = step(high - low, finest);
        List<Tick> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
            ticks.add(new Tick(i * step, text.apply(i * step)));
        }
        return new Axis(low, high, false, List.copyOf(ticks));
    }

    /** The finest round step that gives at most eight ticks. */
    private static double step(double range, double finest) {
        for (double decade = finest; ; decade *= 10) {
            for (double round : ROUND) {
                if (range / (round * decade) <= 8) {
                    return round * decade;
                }
            }
        }
    }

    /** Where a value lies, 0 at the low end and 1 at the high end. */
    double position(double value) {
        return logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    }
}
