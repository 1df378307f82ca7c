package io.bitfrontier.service.sweep;

import io.bitfrontier.vocabulary.Amount;
import java.math.BigDecimal;
import java.util.Optional;

/** Numbers as people write them, and the ranges they must lie in. */
final class Numbers {
    private static final int LONGEST = 40;
    private static final int LARGEST_EXPONENT = 400;

    private Numbers() {}

    /** An interval of finite numbers. */
    record Range(double low, boolean lowIncluded, double high, boolean highIncluded) {
        static Range above(double low, double highIncluded) {
            return new Range(low, false, highIncluded, true);
        }

        static Range from(double lowIncluded, double highIncluded) {
            return new Range(lowIncluded, true, highIncluded, true);
        }

        boolean contains(double value) {
            return (lowIncluded ? value >= low : value > low) && (highIncluded ? value <= high : value < high);
        }

        /** Interval notation: {@code in (0, 1]}. */
        String shown() {
            return "in " + (lowIncluded ? "[" : "(") + plain(low) + ", " + plain(high) + (highIncluded ? "]" : ")");
        }

        private static String plain(double value) {
            return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
        }
    }

    static Optional<Long> whole(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            return Optional.of(Amount.parse(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static Optional<BigDecimal> decimal(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            BigDecimal value = new BigDecimal(text.trim());
            // Beyond this a double is zero or infinite, and expanding the digits would cost memory.
            boolean sane = Math.abs((long) value.scale()) <= LARGEST_EXPONENT;
            return sane ? Optional.of(value) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
