package io.bitfrontier.trainer.model;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;

/** Native objects that outlive the scope they were made in, released together. */
public final class NativeKeep implements AutoCloseable {
    private final List<Pointer> kept = new ArrayList<>();

    /** Keeps an object until {@link #close}, whatever scope is open. */
    public <P extends Pointer> P add(P object) {
        object.retainReference();
        kept.add(object);
        return object;
    }

    @Override
    public void close() {
        kept.forEach(Pointer::releaseReference);
        kept.clear();
    }
}
