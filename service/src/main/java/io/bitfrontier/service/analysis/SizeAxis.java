package io.bitfrontier.service.analysis;

import io.bitfrontier.vocabulary.ModelSize;

/** What counts as the size of a model; sizes under different definitions never share a frontier. */
public enum SizeAxis {
    EFFECTIVE(ModelSize.EFFECTIVE),
    PACKED(ModelSize.PACKED);

    private final String definition;

    SizeAxis(String definition) {
        this.definition = definition;
    }

    /** Name and version of the definition. */
    public String definition() {
        return definition;
    }

    double of(Observation observation) {
        return switch (this) {
            case EFFECTIVE -> observation.effectiveSizeBytes();
            case PACKED -> observation.packedSizeBytes();
        };
    }
}
