/** Quotas over REST. */
@NullMarked
package io.bitfrontier.service.quota.web;

import org.jspecify.annotations.NullMarked;
