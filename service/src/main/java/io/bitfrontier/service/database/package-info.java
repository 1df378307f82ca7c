/** The embedded PostgreSQL: persistent, durable, on the loopback interface, and used unless another server is configured. */
@NullMarked
package io.bitfrontier.service.database;

import org.jspecify.annotations.NullMarked;
