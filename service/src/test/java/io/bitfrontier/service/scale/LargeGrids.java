package io.bitfrontier.service.scale;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Sweep documents with many points. */
final class LargeGrids {
    private LargeGrids() {}

    /**
     * A document of {@code 5 models × budgets × 5 precisions × 5 schemes × seeds} points: PTQ, from scratch, and FP→QAT by two
     * fractions and both parents.
     *
     * @param firstSeed documents with other seeds share no trajectory
     */
    static String document(String name, int budgets, int seeds, int firstSeed) {
        return """
                apiVersion: bitfrontier/v1
                name: %s
                grid:
                  model: [tiny-17k, tiny-44k, tiny-168k, tiny-1M, tiny-7M]
                  tokens: %s
                  precision: [1, 1.58, 2, 3, 4]
                  scheme: [ptq, qat-from-scratch, fp-then-qat, {fp-then-qat: {qatFraction: 0.2}}, {fp-then-qat: {parent: stable}}]
                  seed: %s
                """.formatted(name, numbers(1, budgets, 1_024_000), numbers(firstSeed, seeds, 1));
    }

    /** 25 000 points: 10 budgets, 20 seeds. */
    static String twentyFiveThousand(String name, int firstSeed) {
        return document(name, 10, 20, firstSeed);
    }

    private static String numbers(int first, int count, int factor) {
        return IntStream.range(first, first + count)
                .mapToObj(i -> Long.toString((long) i * factor))
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
