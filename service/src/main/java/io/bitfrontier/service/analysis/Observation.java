package io.bitfrontier.service.analysis;

import org.jspecify.annotations.Nullable;

/**
 * An evaluated grid point as the analysis sees it.
 *
 * @param model name of the model
 * @param tokens lineage tokens
 * @param precision label of the precision
 * @param scheme label of the scheme, with its parameters
 * @param quantizer null at full precision
 * @param evaluationVersion what was measured how; unequal versions never share a frontier
 * @param evaluation id of the stored evaluation, which never changes
 * @param run the evaluate run
 * @param loss null where it was not measured
 * @param accuracy null where it was not measured
 * @param lossFloor the generator's own −log p on the evaluated tokens; null where there is no generator
 */
public record Observation(
        String model,
        long tokens,
        String precision,
        String scheme,
        @Nullable String quantizer,
        long seed,
        long effectiveSizeBytes,
        long packedSizeBytes,
        String evaluationVersion,
        long evaluation,
        long run,
        @Nullable Measure loss,
        @Nullable Measure accuracy,
        @Nullable Double lossFloor) {}
