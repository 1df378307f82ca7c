/** The worker protocol: what a worker and the service say to each other, as records that read and write as JSON. */
@NullMarked
package io.bitfrontier.vocabulary.protocol;

import org.jspecify.annotations.NullMarked;
