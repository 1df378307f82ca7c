/** Planted violations: never a part of the service. */
@NullMarked
package io.bitfrontier.planted.sweep.web;

import org.jspecify.annotations.NullMarked;
