package io.bitfrontier.trainer.bench;

/** Something whose speed is compared with another's in the same run. */
interface Contestant extends AutoCloseable {
    String name();

    /** Does one block of work and returns its seconds per unit: per training step, or per floating-point operation. */
    double block();

    @Override
    void close();
}
