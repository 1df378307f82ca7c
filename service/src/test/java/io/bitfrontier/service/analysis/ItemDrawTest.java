package io.bitfrontier.service.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ItemDrawTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 63, 64, 65, 100, 4000})
    void hitsAreWhatCountingEveryDrawGives(int items) {
        Random random = new Random(items);
        byte[] bits = new byte[(items + 7) / 8];
        random.nextBytes(bits);
        Outcomes outcomes = Outcomes.of(bits, items);
        ItemDraw draw = new ItemDraw(items);
        SplitMix drawn = new SplitMix(5);
        SplitMix counted = new SplitMix(5);

        for (int resample = 0; resample < 20; resample++) {
            draw.draw(drawn);
            long expected = 0;
            for (int i = 0; i < items; i++) {
                int item = counted.nextInt(items);
                expected += bits[item / 8] >> (item % 8) & 1;
            }
            assertThat(draw.hits(outcomes)).isEqualTo(expected);
        }
    }

    @Test
    void theSpreadOverResamplesIsTheStandardErrorOfTheMean() {
        int items = 1000;
        ItemDraw draw = new ItemDraw(items);
        SplitMix random = new SplitMix(11);
        byte[] bits = new byte[items / 8];
        Arrays.fill(bits, (byte) 0b0000_0011);
        Outcomes quarter = Outcomes.of(bits, items);
        double sum = 0;
        double squares = 0;
        int resamples = 4000;
        for (int i = 0; i < resamples; i++) {
            draw.draw(random);
            double share = (double) draw.hits(quarter) / items;
            sum += share;
            squares += share * share;
        }
        double mean = sum / resamples;

        assertThat(mean).isCloseTo(0.25, within(0.001));
        assertThat(Math.sqrt(squares / resamples - mean * mean))
                .isCloseTo(Math.sqrt(0.25 * 0.75 / items), within(0.0005));
    }

    @Test
    void bitsBeyondTheLastItemAreIgnored() {
        byte[] bits = {(byte) 0xFF, (byte) 0xFF};
        ItemDraw draw = new ItemDraw(9);
        draw.draw(new SplitMix(1));

        assertThat(draw.hits(Outcomes.of(bits, 9))).isEqualTo(9);
        assertThat(Outcomes.of(bits, 9)).isEqualTo(Outcomes.of(new byte[] {(byte) 0xFF, 1}, 9));
    }

    @Test
    void fewerBitsThanItemsAreRefused() {
        assertThatThrownBy(() -> Outcomes.of(new byte[2], 17)).hasMessageContaining("items is 17, between 1 and 16");
        assertThatThrownBy(() -> Outcomes.of(new byte[2], 0)).hasMessageContaining("items is 0");
    }
}
