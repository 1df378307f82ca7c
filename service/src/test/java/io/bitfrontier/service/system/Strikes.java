package io.bitfrontier.service.system;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/**
 * Which faults strike: {@code -Dfaults.repetitions=N} strikes each N times, {@code -Dfaults.only=NAME} one of them,
 * {@code -Dfaults.seed=N} repeats the moments, and {@code -Dfaults.outage=SECONDS} sets how long the database stays away.
 */
final class Strikes {
    private Strikes() {}

    /** Of these faults those to strike, each with the number of its repetition. */
    static Stream<Arguments> of(Enum<?>[] faults) {
        String only = System.getProperty("faults.only", "");
        if (!only.isEmpty()
                && Stream.of(Fault.values(), ClusterFault.values())
                        .flatMap(Arrays::stream)
                        .noneMatch(fault -> fault.name().equals(only))) {
            throw new IllegalArgumentException("-Dfaults.only=" + only + " is no fault");
        }
        return IntStream.rangeClosed(1, Integer.getInteger("faults.repetitions", 1))
                .boxed()
                .flatMap(repetition -> Arrays.stream(faults)
                        .filter(fault -> only.isEmpty() || fault.name().equals(only))
                        .map(fault -> Arguments.of(fault, repetition)));
    }
}
