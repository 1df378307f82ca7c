package io.bitfrontier.trainer.train;

import io.bitfrontier.trainer.device.ComputeDevice;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Before every step the leader says whether there is another: one number to all ranks. */
final class Turns implements AutoCloseable {
    private final Ranks ranks;
    private final Tensor more;

    Turns(Ranks ranks, ComputeDevice device) {
        this.ranks = ranks;
        this.more = device.zeros(1);
        more.retainReference();
    }

    /** The leader's word. */
    void say(boolean another) {
        if (ranks.size() > 1) {
            try (PointerScope scope = new PointerScope()) {
                more.fill_(new Scalar(another ? 1.0 : 0.0));
                ranks.broadcast(more);
            }
        }
    }

    /** Waits for the leader's word. */
    boolean heard() {
        ranks.broadcast(more);
        return more.item_double() != 0;
    }

    @Override
    public void close() {
        more.releaseReference();
    }
}
