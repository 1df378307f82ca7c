/** Runs and their attempts: the state machine, claims, leases, retries, completion and cancellation, all guarded in SQL. */
@NullMarked
package io.bitfrontier.service.run;

import org.jspecify.annotations.NullMarked;
