package io.bitfrontier.cli.api;

import java.util.function.Supplier;

/** Sends a request that may be sent more than once, and again where that may help. */
@FunctionalInterface
public interface Repetition {
    /** Sends it once. */
    Repetition NONE = Supplier::get;

    Answer of(Supplier<Answer> request);
}
