package io.bitfrontier.cli;

import java.time.Duration;
import java.util.Locale;

/** Numbers as people read them. */
public final class Figures {
    private static final String[] COUNT_UNITS = {"", "k", "M", "B", "T"};
    private static final String[] BYTE_UNITS = {"B", "kB", "MB", "GB", "TB"};

    private Figures() {}

    /** At most three significant digits with a decimal unit: {@code 998}, {@code 2M}, {@code 15.3M}. */
    public static String count(double value) {
        int unit = unit(value, COUNT_UNITS.length);
        return withoutZeros(digits(value, unit)) + COUNT_UNITS[unit];
    }

    /** Three significant digits in decimal bytes: {@code 12.0 kB}. */
    public static String bytes(double value) {
        int unit = unit(value, BYTE_UNITS.length);
        return digits(value, unit) + " " + BYTE_UNITS[unit];
    }

    /** A round number of bytes: {@code 5 kB}. */
    public static String roundBytes(double value) {
        int unit = unit(value, BYTE_UNITS.length);
        return withoutZeros(digits(value, unit)) + " " + BYTE_UNITS[unit];
    }

    private static int unit(double value, int units) {
        int unit = 0;
        double rest = Math.abs(value);
        while (rest >= 999.5 && unit < units - 1) {
            rest /= 1000;
            unit++;
        }
        return unit;
    }

    private static String digits(double value, int unit) {
        double scaled = value / Math.pow(1000, unit);
        double size = Math.abs(scaled);
        int decimals = unit == 0 && value == Math.rint(value) || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", scaled);
    }

    private static String withoutZeros(String digits) {
        return digits.contains(".") ? digits.replaceAll("\\.?0+$", "") : digits;
    }

    /** {@code 4:05} or {@code 1:04:05}. */
    public static String duration(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        return seconds < 3600
                ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    /** Hours with two decimals: {@code 0.25}. */
    public static String hours(double hours) {
        return String.format(Locale.ROOT, "%.2f", hours);
    }

    /** A share in per cent with one decimal: {@code 82.4 %}. */
    public static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
