package io.bitfrontier.trainer.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * Two contestants in alternating blocks, A B, B A, A B, …: what disturbs the machine disturbs both, and drift cancels. The ratio
 * is taken within each pair of neighbouring blocks, the median over the pairs.
 *
 * @param first seconds per unit of the first contestant
 * @param second seconds per unit of the second
 * @param ratio second over first, pair by pair
 */
record Duel(Spread first, Spread second, Spread ratio) {
    /** @param rounds pairs of blocks that count; one pair more comes first and does not */
    static Duel fight(Contestant a, Contestant b, int rounds) {
        List<Double> firsts = new ArrayList<>();
        List<Double> seconds = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = -1; round < rounds; round++) {
            boolean swapped = Math.floorMod(round, 2) == 1;
            double early = (swapped ? b : a).block();
            double late = (swapped ? a : b).block();
            if (round >= 0) {
                double first = swapped ? late : early;
                double second = swapped ? early : late;
                firsts.add(first);
                seconds.add(second);
                ratios.add(second / first);
            }
        }
        return new Duel(Spread.of(firsts), Spread.of(seconds), Spread.of(ratios));
    }
}
