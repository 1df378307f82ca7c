/** The walls of the house as tests, each shown to report a planted violation. */
@NullMarked
package io.bitfrontier.service.architecture;

import org.jspecify.annotations.NullMarked;
