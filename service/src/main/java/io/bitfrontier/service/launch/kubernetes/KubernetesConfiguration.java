package io.bitfrontier.service.launch.kubernetes;

import io.bitfrontier.service.config.BitfrontierSettings;
import io.bitfrontier.service.failpoint.FailPoints;
import io.kubernetes.client.openapi.ApiClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Workers run as Jobs where {@code bitfrontier.launch.kind} says so. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "bitfrontier.launch.kind", havingValue = KubernetesLauncher.KIND)
class KubernetesConfiguration {
    private static final String SERVICE_URL = "bitfrontier.launch.service-url";

    @Bean(initMethod = "start")
    KubernetesLauncher kubernetesLauncher(
            KubernetesSettings settings, BitfrontierSettings shared, FailPoints failPoints, Environment environment) {
        String service = environment.getProperty(SERVICE_URL, "");
        if (service.isBlank()) {
            throw new IllegalArgumentException(SERVICE_URL
                    + " must be set where bitfrontier.launch.kind is kubernetes: it is where pods reach this service");
        }
        Path artifacts = Objects.requireNonNull(shared.artifacts(), "the settings fill it in");
        JobSize.requireSmall(settings, artifacts, URI.create(service));
        return new KubernetesLauncher(
                settings, artifacts, new Cluster(connect(settings), settings), failPoints, System::nanoTime);
    }

    private static ApiClient connect(KubernetesSettings settings) {
        try {
            return Cluster.connect(settings.kubeconfig());
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "the cluster's address is not known: "
                            + (settings.kubeconfig() == null ? "" : settings.kubeconfig() + ": ") + e.getMessage(),
                    e);
        }
    }

    /** Part of the health, not of the readiness: people are served while the cluster is away. */
    @Bean
    HealthIndicator kubernetesHealthIndicator(KubernetesLauncher launcher) {
        return () -> launcher.problem()
                .map(problem -> Health.down().withDetail("reason", problem).build())
                .orElseGet(() -> Health.up().build());
    }
}
