package io.bitfrontier.planted.model;

import org.jspecify.annotations.Nullable;

class ReadsTheEnvironment {
    @Nullable
    String home() {
        return System.getenv("HOME");
    }
}
