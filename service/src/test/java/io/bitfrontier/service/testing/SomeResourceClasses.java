package io.bitfrontier.service.testing;

import io.bitfrontier.service.run.ResourceClassNames;
import java.util.Set;

/** The classes {@code local}, which is meant where none is named, and {@code gpu-large} of eight GPUs. */
public final class SomeResourceClasses implements ResourceClassNames {
    @Override
    public Set<String> names() {
        return Set.of("local", "gpu-large");
    }

    @Override
    public String defaultName() {
        return "local";
    }

    @Override
    public int gpus(String name) {
        return name.equals("gpu-large") ? 8 : 0;
    }
}
