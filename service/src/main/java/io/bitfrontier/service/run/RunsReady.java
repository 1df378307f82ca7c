package io.bitfrontier.service.run;

/** Runs may have become READY. Published in the transaction that made them so; workers are wanted once it is committed. */
public record RunsReady() {}
