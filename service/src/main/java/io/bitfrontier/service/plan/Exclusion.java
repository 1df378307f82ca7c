package io.bitfrontier.service.plan;

import io.bitfrontier.vocabulary.Precision;
import java.util.Set;

/**
 * A partial match over the axes: a point is excluded when every axis that the exclusion names holds one of its values. An empty
 * set leaves its axis open.
 *
 * @param quantizers labels, of a function or of the choice {@code paretoq}
 */
public record Exclusion(
        Set<String> models,
        Set<Long> tokens,
        Set<Precision> precisions,
        Set<SchemePattern> schemes,
        Set<String> quantizers,
        Set<Long> seeds) {
    public Exclusion {
        models = Set.copyOf(models);
        tokens = Set.copyOf(tokens);
        precisions = Set.copyOf(precisions);
        schemes = Set.copyOf(schemes);
        quantizers = Set.copyOf(quantizers);
        seeds = Set.copyOf(seeds);
    }

    boolean matches(GridPoint point, String choice) {
        return open(models, point.model())
                && open(tokens, point.tokensRequested())
                && open(precisions, point.precision())
                && (schemes.isEmpty() || SchemePattern.matching(point.scheme()).anyMatch(schemes::contains))
                && (quantizers.isEmpty()
                        || quantizers.contains(choice)
                        || (point.quantizer() != null
                                && quantizers.contains(point.quantizer().label())))
                && open(seeds, point.seed());
    }

    private static <T> boolean open(Set<T> allowed, T value) {
        return allowed.isEmpty() || allowed.contains(value);
    }
}
