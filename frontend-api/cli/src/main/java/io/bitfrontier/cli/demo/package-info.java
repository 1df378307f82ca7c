/** Starting, finding and stopping the service on this machine, and the demonstration sweep. */
@NullMarked
package io.bitfrontier.cli.demo;

import org.jspecify.annotations.NullMarked;
