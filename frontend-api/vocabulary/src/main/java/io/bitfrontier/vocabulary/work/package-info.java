/** What a piece of training or evaluation is: the records that determine it to the bit, and their fingerprints. */
@NullMarked
package io.bitfrontier.vocabulary.work;

import org.jspecify.annotations.NullMarked;
