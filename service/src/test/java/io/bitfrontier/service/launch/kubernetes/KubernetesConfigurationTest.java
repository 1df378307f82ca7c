package io.bitfrontier.service.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.config.BitfrontierSettings;
import io.bitfrontier.service.failpoint.FailPoints;
import io.bitfrontier.service.launch.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

class KubernetesConfigurationTest {
    @Configuration
    @ConfigurationPropertiesScan(basePackageClasses = KubernetesSettings.class)
    @EnableConfigurationProperties(BitfrontierSettings.class)
    @Import(KubernetesConfiguration.class)
    static class Service {
        @Bean
        FailPoints failPoints() {
            return FailPoints.NONE;
        }
    }

    @TempDir
    Path directory;

    private final Semaphore changes = new Semaphore(0);

    private ApplicationContextRunner service() {
        return new ApplicationContextRunner()
                .withUserConfiguration(Service.class)
                .withPropertyValues(
                        "bitfrontier.home=" + directory,
                        "bitfrontier.launch.kind=kubernetes",
                        "bitfrontier.launch.service-url=http://bitfrontier:8080")
                .withPropertyValues(Samples.properties().entrySet().stream()
                        .map(entry -> "bitfrontier.launch.kubernetes." + entry.getKey() + "=" + entry.getValue())
                        .toArray(String[]::new));
    }

    @Test
    void theHealthTellsWhetherTheClusterAnswers() throws IOException {
        try (FakeApi api = new FakeApi()) {
            service()
                    .withPropertyValues("bitfrontier.launch.kubernetes.kubeconfig=" + kubeconfig(api))
                    .run(context -> {
                        context.getBean(Launcher.class).onChange(changes::release);
                        HealthIndicator health = context.getBean(HealthIndicator.class);

                        await(health, Status.UP);
                        api.stop();
                        assertThat(await(health, Status.DOWN).getDetails().get("reason"))
                                .asString()
                                .startsWith("cannot watch ");
                    });
        }
    }

    private Path kubeconfig(FakeApi api) throws IOException {
        return Files.writeString(directory.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: a, cluster: {server: "%s"}}]
                users: [{name: a, user: {token: secret}}]
                contexts: [{name: a, context: {cluster: a, user: a}}]
                current-context: a
                """.formatted(api.uri()));
    }

    private Health await(HealthIndicator indicator, Status wanted) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        Health health = Objects.requireNonNull(indicator.health());
        while (!wanted.equals(health.getStatus())) {
            assertThat(System.nanoTime()).as("time to wait: " + health).isLessThan(deadline);
            changes.tryAcquire(20, TimeUnit.MILLISECONDS);
            health = Objects.requireNonNull(indicator.health());
        }
        return health;
    }

    @Test
    void aServiceThatPodsCannotReachDoesNotStart() {
        service().withPropertyValues("bitfrontier.launch.service-url=").run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessage("bitfrontier.launch.service-url must be set where bitfrontier.launch.kind is kubernetes: "
                        + "it is where pods reach this service"));
    }

    @Test
    void settingsOfWhichALargeJobIsMadeAreRefusedAtStart() {
        service()
                .withPropertyValues(
                        "bitfrontier.launch.kubernetes.environment.LONG=" + "x".repeat(4_000),
                        "bitfrontier.launch.kubernetes.classes.other.cpu=1")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("a Job of resource class 'small' has 7")
                        .hasMessageContaining("a Job of resource class 'other' has 7")
                        .hasMessageContaining("it must have at most 5000 when it is sent"));
    }

    @Test
    void theServicesAddressCountsTooWhereJobsAreMeasured() {
        service()
                .withPropertyValues(
                        "bitfrontier.launch.service-url=http://bitfrontier:8080/" + "x".repeat(JobSize.MOST_BYTES))
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("a Job of resource class 'small'"));
    }

    @Test
    void aKubeconfigThatIsNotThereIsNamed() {
        service()
                .withPropertyValues("bitfrontier.launch.kubernetes.kubeconfig=/no/such/file")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining("the cluster's address is not known: /no/such/file: "));
    }

    @Test
    void whereWorkersAreLocalThereIsNoClient() {
        service().withPropertyValues("bitfrontier.launch.kind=local").run(context -> assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean(Launcher.class)
                .doesNotHaveBean(HealthIndicator.class));
    }
}
