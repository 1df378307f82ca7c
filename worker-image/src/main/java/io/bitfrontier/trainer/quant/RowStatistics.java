package io.bitfrontier.trainer.quant;

import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/** What scales are computed from: statistics of |w| over each row, (rows, cols) → (rows). */
final class RowStatistics {
    private static final long[] COLUMNS = {1};

    private RowStatistics() {}

    static Tensor mean(Tensor weight) {
        return weight.detach().abs().mean(COLUMNS, false, new ScalarTypeOptional());
    }

    static Tensor largest(Tensor weight) {
        return weight.detach().abs().amax(COLUMNS, false);
    }

    /** The smallest |w| of the row that at least {@code share} of its |w| do not exceed (nearest rank, no interpolation). */
    static Tensor quantile(Tensor weight, double share) {
        long rank = Math.max(1, (long) Math.ceil(share * weight.size(1)));
        return weight.detach().abs().kthvalue(rank, 1, false).get0();
    }
}
