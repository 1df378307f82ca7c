package io.bitfrontier.trainer.train;

import org.bytedeco.pytorch.Tensor;

/**
 * The processes that train one model together, as one of them sees it. All call the same methods in the same order. Rank 0
 * leads: it alone decides, stores and reports.
 */
public interface Ranks {
    /** One process by itself. */
    Ranks ALONE = new Ranks() {
        @Override
        public int rank() {
            return 0;
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public void sum(Tensor tensor) {}

        @Override
        public void broadcast(Tensor tensor) {}
    };

    /** From 0. */
    int rank();

    int size();

    /** Replaces a contiguous tensor by the sum over all ranks; every rank gets the same bits. */
    void sum(Tensor tensor);

    /** Replaces a contiguous tensor by rank 0's. */
    void broadcast(Tensor tensor);
}
