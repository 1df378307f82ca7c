/** Sweeps: reading and validating what users submit, planning it, storing it, and saying how far it is. */
@NullMarked
package io.bitfrontier.service.sweep;

import org.jspecify.annotations.NullMarked;
