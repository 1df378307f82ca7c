/** Tokens, the audit and the caller over REST. */
@NullMarked
package io.bitfrontier.service.access.web;

import org.jspecify.annotations.NullMarked;
