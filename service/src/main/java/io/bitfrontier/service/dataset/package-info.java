/** Text data sets: registered by name under roots that the operator allows, and known by the hash of their content. */
@NullMarked
package io.bitfrontier.service.dataset;

import org.jspecify.annotations.NullMarked;
