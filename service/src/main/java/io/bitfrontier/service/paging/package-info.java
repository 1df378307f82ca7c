/** Keyset paging: how a place in a list travels as an opaque cursor. */
@NullMarked
package io.bitfrontier.service.paging;

import org.jspecify.annotations.NullMarked;
