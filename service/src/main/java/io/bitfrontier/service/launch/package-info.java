/** Keeps enough workers for the READY runs, and rows and processes in agreement. */
@NullMarked
package io.bitfrontier.service.launch;

import org.jspecify.annotations.NullMarked;
