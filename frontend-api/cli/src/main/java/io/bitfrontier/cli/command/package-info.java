/** One class per command. */
@NullMarked
package io.bitfrontier.cli.command;

import org.jspecify.annotations.NullMarked;
