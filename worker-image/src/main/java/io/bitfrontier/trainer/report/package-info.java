/** How a worker claims work and reports it to the service. */
@NullMarked
package io.bitfrontier.trainer.report;

import org.jspecify.annotations.NullMarked;
