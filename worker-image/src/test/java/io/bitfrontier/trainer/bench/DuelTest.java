package io.bitfrontier.trainer.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

class DuelTest {
    private final List<String> order = new ArrayList<>();

    @Test
    void blocksAlternateAndChangeTheirOrderFromPairToPair() {
        Duel.fight(contestant("a", () -> 1), contestant("b", () -> 1), 3);
        // the first pair does not count
        assertThat(String.join("", order)).isEqualTo("baabbaab");
    }

    @Test
    void aMachineThatSlowsDownForBothLeavesTheRatioAlone() {
        double[] slow = {1};
        Duel duel =
                Duel.fight(contestant("a", () -> (slow[0] *= 1.1) * 2), contestant("b", () -> (slow[0] *= 1.1) * 3), 8);
        assertThat(duel.ratio().median()).isCloseTo(1.5, within(0.01));
        assertThat(duel.ratio().trials()).isEqualTo(8);
        assertThat(duel.first().upperQuartile()).isGreaterThan(duel.first().lowerQuartile());
    }

    @Test
    void aSpreadIsTheMedianAndTheQuartiles() {
        Spread spread = Spread.of(List.of(4.0, 1.0, 3.0, 2.0));
        assertThat(spread).isEqualTo(new Spread(2.5, 1.75, 3.25, 4));
        // 100 tokens in 2.5 s; the slow quartile of the seconds is the low one of the rate
        assertThat(spread.into(100)).isEqualTo(new Spread(40, 100 / 3.25, 100 / 1.75, 4));
        assertThat(spread.plus(-1)).isEqualTo(new Spread(1.5, 0.75, 2.25, 4));
        assertThatThrownBy(() -> Spread.of(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    private Contestant contestant(String name, DoubleSupplier seconds) {
        return new Contestant() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public double block() {
                order.add(name);
                return seconds.getAsDouble();
            }

            @Override
            public void close() {}
        };
    }
}
