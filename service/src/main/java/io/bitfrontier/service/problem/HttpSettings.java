package io.bitfrontier.service.problem;

import jakarta.validation.constraints.NotNull;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Bounds of what is read from callers.
 *
 * @param maxBody largest request body
 */
@Validated
@ConfigurationProperties("bitfrontier.http")
record HttpSettings(@NotNull DataSize maxBody) {}
