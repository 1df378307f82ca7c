/** The service: one Spring Boot application whose features are the direct sub-packages. */
@NullMarked
package io.bitfrontier.service;

import org.jspecify.annotations.NullMarked;
