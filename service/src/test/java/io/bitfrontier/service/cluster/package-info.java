/** A real Kubernetes control plane on this machine, nodes whose containers are local processes, and what they show of us. */
@NullMarked
package io.bitfrontier.service.cluster;

import org.jspecify.annotations.NullMarked;
