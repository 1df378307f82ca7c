package io.bitfrontier.cli.api;

/** The checkpoints that are kept, in bytes. */
public record Storage(
        long states,
        long bytes,
        long sharedBytes,
        long onTheWayBytes,
        long goingBytes,
        long removedStates,
        long removedBytes) {}
