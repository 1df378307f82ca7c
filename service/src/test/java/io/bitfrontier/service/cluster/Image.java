package io.bitfrontier.service.cluster;

import java.util.List;
import java.util.Map;

/** What a test node knows by an image's name. */
public sealed interface Image {
    /** A program of this machine that stands for the image: its entry point and the variables that it sets. */
    record Program(List<String> entryPoint, Map<String, String> environment) implements Image {
        /** A shell whose script is the container's argument. */
        public static Program shell() {
            return new Program(List.of("bash", "-c"), Map.of());
        }
    }

    /** No registry has it; {@code reason} is what the kubelet would say. */
    record Unpullable(String reason) implements Image {}
}
