/** Workers as Jobs of a Kubernetes cluster. */
@NullMarked
package io.bitfrontier.service.launch.kubernetes;

import org.jspecify.annotations.NullMarked;
