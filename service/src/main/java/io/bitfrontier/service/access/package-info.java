/** Access: who calls, what callers may do in which project, and the record of what they changed. */
@NullMarked
package io.bitfrontier.service.access;

import org.jspecify.annotations.NullMarked;
