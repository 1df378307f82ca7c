/** Settings that every feature shares, and the clock. */
@NullMarked
package io.bitfrontier.service.config;

import org.jspecify.annotations.NullMarked;
