package io.bitfrontier.service.sweep;

import java.math.BigDecimal;

/** Numbers in sentences. */
final class Figures {
    private Figures() {}

    /** Without an exponent and without zeros at the end: {@code 0.5}, {@code 100}. */
    static String plain(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}
