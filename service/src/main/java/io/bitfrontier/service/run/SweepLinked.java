package io.bitfrontier.service.run;

import java.util.UUID;

/** A sweep has been joined to the runs that it needs. Published in the transaction that did so. */
record SweepLinked(UUID sweep) {}
