/** What evaluations found, stored once per state and evaluation version. */
@NullMarked
package io.bitfrontier.service.evaluate;

import org.jspecify.annotations.NullMarked;
