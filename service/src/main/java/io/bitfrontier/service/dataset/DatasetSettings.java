package io.bitfrontier.service.dataset;

import java.nio.file.Path;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Where data sets may lie.
 *
 * @param roots directories that operators allow; empty for the service's current directory and {@code datasets} in its home
 */
@Validated
@ConfigurationProperties("bitfrontier.datasets")
public record DatasetSettings(@DefaultValue List<Path> roots) {}
