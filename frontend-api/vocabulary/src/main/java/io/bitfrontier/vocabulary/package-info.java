/** The words of Bitfrontier as plain Java: precisions, quantizers, schemes, model shapes and the arithmetic on them. */
@NullMarked
package io.bitfrontier.vocabulary;

import org.jspecify.annotations.NullMarked;
