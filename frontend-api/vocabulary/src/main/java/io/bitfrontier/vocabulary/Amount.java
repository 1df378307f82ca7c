package io.bitfrontier.vocabulary;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of tokens and parameters as people write them: {@code 250k}, {@code 1.5M}, {@code 10B}, {@code 2T}. */
public final class Amount {
    private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)(?:[eE]\\+?(\\d{1,2}))?([kKMBGT]?)");
    private static final String UNITS = "kMBT";

    private Amount() {}

    /**
     * Reads an amount.
     *
     * @throws IllegalArgumentException if the text is not a number with an optional k, M, B or T, not whole, or above
     *     2^63 − 1
     */
    public static long parse(String text) {
        Matcher matcher = FORM.matcher(text.trim().replace("_", ""));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not an amount such as 250k, 1M or 10B");
        }
        int exponent = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
        exponent += switch (matcher.group(3)) {
            case "k", "K" -> 3;
            case "M" -> 6;
            case "B", "G" -> 9;
            case "T" -> 12;
            default -> 0;
        };
        try {
            return new BigDecimal(matcher.group(1)).scaleByPowerOfTen(exponent).longValueExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("'" + text + "' is not a whole number of at most 2^63 - 1", e);
        }
    }

    /** Shortest exact form with a unit when there is one in at most four digits, the plain number otherwise. */
    public static String format(long value) {
        long factor = 1_000_000_000_000L;
        for (int unit = UNITS.length() - 1; unit >= 0; unit--, factor /= 1000) {
            if (value >= factor && value % (factor / 1000) == 0) {
                String digits = BigDecimal.valueOf(value)
                        .divide(BigDecimal.valueOf(factor))
                        .toPlainString();
                if (digits.length() <= 5) {
                    return digits + UNITS.charAt(unit);
                }
            }
        }
        return Long.toString(value);
    }
}
