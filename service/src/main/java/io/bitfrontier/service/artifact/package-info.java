/** Artifacts in an object store: what attempts read and write through signed URLs. */
@NullMarked
package io.bitfrontier.service.artifact;

import org.jspecify.annotations.NullMarked;
