/** The whole system as processes: the service, its database and its workers, as a user starts them, and what kills them. */
@NullMarked
package io.bitfrontier.service.system;

import org.jspecify.annotations.NullMarked;
