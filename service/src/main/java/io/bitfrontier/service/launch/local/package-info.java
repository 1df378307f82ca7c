/** Workers as processes on this machine. */
@NullMarked
package io.bitfrontier.service.launch.local;

import org.jspecify.annotations.NullMarked;
