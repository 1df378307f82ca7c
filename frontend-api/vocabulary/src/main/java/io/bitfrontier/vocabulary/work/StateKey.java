package io.bitfrontier.vocabulary.work;

/**
 * Name of a state: a trajectory at a token count.
 *
 * @param trajectory fingerprint of the trajectory
 * @param tokens lineage tokens, full-precision and QAT together
 */
public record StateKey(String trajectory, long tokens) {}
