/** Places at which a test may end the service, to show that no place matters. */
@NullMarked
package io.bitfrontier.service.failpoint;

import org.jspecify.annotations.NullMarked;
