package io.bitfrontier.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowOrderTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 63, 64, 65, 1000, 4097})
    void everyEpochHoldsEveryWindowExactlyOnce(long windows) {
        WindowOrder order = new WindowOrder(windows, 11);
        for (long epoch = 0; epoch < 3; epoch++) {
            long from = epoch * windows;
            assertThat(LongStream.range(from, from + windows).map(order::at))
                    .containsExactlyInAnyOrderElementsOf(
                            LongStream.range(0, windows).boxed().toList());
        }
    }

    @Test
    void epochsAndSeedsAreShuffledDifferently() {
        long windows = 1000;
        WindowOrder order = new WindowOrder(windows, 11);
        WindowOrder other = new WindowOrder(windows, 12);
        assertThat(LongStream.range(0, windows).filter(i -> order.at(i) == i).count())
                .isLessThan(20);
        assertThat(LongStream.range(0, windows)
                        .filter(i -> order.at(i) == order.at(i + windows))
                        .count())
                .isLessThan(20);
        assertThat(LongStream.range(0, windows)
                        .filter(i -> order.at(i) == other.at(i))
                        .count())
                .isLessThan(20);
    }

    @Test
    void theWindowAtAnIndexIsPinned() {
        WindowOrder order = new WindowOrder(1000, 11);
        assertThat(LongStream.range(0, 6).map(order::at)).containsExactly(94L, 382L, 57L, 268L, 541L, 69L);
    }
}
