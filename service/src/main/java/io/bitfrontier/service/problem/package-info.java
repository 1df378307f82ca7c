/** Errors by RFC 9457: what can go wrong, without a framework type, and the one place that turns it into an answer. */
@NullMarked
package io.bitfrontier.service.problem;

import org.jspecify.annotations.NullMarked;
