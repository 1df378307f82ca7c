package io.bitfrontier.service.plan;

import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Scheme;
import java.util.List;

/**
 * The axes of a sweep. Precision 16 ignores scheme and quantizer, so both may be empty when it stands alone.
 *
 * @param tokens budgets as they were asked for, before rounding to whole optimizer steps
 */
public record Grid(
        List<ModelCatalog.Entry> models,
        List<Long> tokens,
        List<Precision> precisions,
        List<Scheme> schemes,
        List<QuantizerChoice> quantizers,
        List<Long> seeds,
        List<Exclusion> exclusions) {
    public Grid {
        models = List.copyOf(models);
        tokens = List.copyOf(tokens);
        precisions = List.copyOf(precisions);
        schemes = List.copyOf(schemes);
        quantizers = List.copyOf(quantizers);
        seeds = List.copyOf(seeds);
        exclusions = List.copyOf(exclusions);
    }

    /**
     * Number of points before anything is dropped, counted without making them; {@link Long#MAX_VALUE} when it is larger still.
     */
    public long size() {
        long low = precisions.stream().filter(p -> !p.isFull()).distinct().count();
        long full = precisions.stream().anyMatch(Precision::isFull) ? 1 : 0;
        try {
            long perBudget = Math.addExact(
                    Math.multiplyExact(low, Math.multiplyExact((long) schemes.size(), (long) quantizers.size())), full);
            long budgets = Math.multiplyExact(
                    Math.multiplyExact((long) models.size(), (long) tokens.size()), (long) seeds.size());
            return Math.multiplyExact(perBudget, budgets);
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }
}
