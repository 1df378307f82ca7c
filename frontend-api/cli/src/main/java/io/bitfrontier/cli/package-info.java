/** The bitfrontier command line: a client of the REST API and nothing more. */
@NullMarked
package io.bitfrontier.cli;

import org.jspecify.annotations.NullMarked;
