/** An object store as the artifact store. */
@NullMarked
package io.bitfrontier.service.artifact;

import org.jspecify.annotations.NullMarked;
