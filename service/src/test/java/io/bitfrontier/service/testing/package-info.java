/** What tests of the service share: one PostgreSQL, clean tables, builders of rows. */
@NullMarked
package io.bitfrontier.service.testing;

import org.jspecify.annotations.NullMarked;
