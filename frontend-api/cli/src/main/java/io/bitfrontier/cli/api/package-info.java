/** What the command line sends to the REST API and understands of its answers. */
@NullMarked
package io.bitfrontier.cli.api;

import org.jspecify.annotations.NullMarked;
