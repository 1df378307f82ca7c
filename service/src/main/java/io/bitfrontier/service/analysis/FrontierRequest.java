package io.bitfrontier.service.analysis;

/**
 * Which frontier is asked for.
 *
 * @param tokens the one lineage budget whose observations take part
 * @param evaluationVersion the one version whose observations take part
 * @param resamples how many resamples the probabilities rest on, from 1
 * @param seed of the resampling: the same request over the same observations gives the same numbers
 */
public record FrontierRequest(
        SizeAxis x, QualityAxis y, long tokens, String evaluationVersion, int resamples, long seed) {
    public static final int DEFAULT_RESAMPLES = 2000;
    public static final long DEFAULT_SEED = 1;

    public FrontierRequest {
        if (resamples < 1) {
            throw new IllegalArgumentException("resamples is " + resamples + ", at least 1 is needed");
        }
    }
}
