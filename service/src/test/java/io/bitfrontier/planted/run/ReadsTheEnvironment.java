package io.bitfrontier.planted.run;

import org.jspecify.annotations.Nullable;

class ReadsTheEnvironment {
    @Nullable
    String home() {
        return System.getenv("HOME");
    }
}
