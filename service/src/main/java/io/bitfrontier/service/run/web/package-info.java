/** Runs over REST: lists, details, curves, histories and logs, read by SQL. */
@NullMarked
package io.bitfrontier.service.run.web;

import org.jspecify.annotations.NullMarked;
