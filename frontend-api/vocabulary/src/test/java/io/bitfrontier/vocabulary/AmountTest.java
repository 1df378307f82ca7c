package io.bitfrontier.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmountTest {
    @ParameterizedTest
    @CsvSource({
        "250k, 250000",
        "1M, 1000000",
        "1.5M, 1500000",
        "10B, 10000000000",
        "2T, 2000000000000",
        "1000, 1000",
        "1_000_000, 1000000",
        "1e6, 1000000",
        "2.5e3, 2500",
        "0, 0"
    })
    void amountsReadAsPeopleWriteThem(String text, long value) {
        assertThat(Amount.parse(text)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "k", "-5", "1.5", "1.0005k", "many", "1 M", "1MM", "99999999999999999999", "9e18k", "NaN"})
    void whatIsNotAWholeAmountIsRefusedWithTheText(String text) {
        assertThatThrownBy(() -> Amount.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + text + "' is not a");
    }

    @ParameterizedTest
    @CsvSource({"500000, 500k", "1500000, 1.5M", "10000000000, 10B", "499712, 499712", "17, 17", "0, 0"})
    void amountsPrintShortAndExactly(long value, String text) {
        assertThat(Amount.format(value)).isEqualTo(text);
    }

    @Test
    void everythingPrintedReadsBack() {
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            long value = random.nextLong(Long.MAX_VALUE) >> random.nextInt(63);
            assertThat(Amount.parse(Amount.format(value))).isEqualTo(value);
        }
    }
}
