package io.bitfrontier.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.BitfrontierService;
import jakarta.validation.Validation;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.bind.validation.ValidationBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;
import org.springframework.validation.beanvalidation.SpringValidatorAdapter;
import tools.jackson.databind.JsonNode;

/** What the chart writes into application.yaml is read by the service: every key by a settings class, every value within its bounds. */
class SettingsTest {
    private static final String EVERYTHING = """
            imagePullSecrets: [{name: registry}]
            datasets: [{claim: corpora, path: /corpora}]
            access:
              oidc:
                issuer: https://login.example.org
                jwkSetUri: https://login.example.org/keys
                roles: {researchers: "default=researcher"}
            workers:
              environment: {NCCL_DEBUG: INFO}
              defaultClass: a100
              classes:
                a100:
                  capacity: 8
                  runsPerWorker: 1
                  gpus: 2
                  gpuResource: nvidia.com/mig-3g.20gb
                  cpu: "8"
                  memory: 64Gi
                  scratch: 100Gi
                  sharedMemory: 8Gi
                  nodeSelector: {nvidia.com/gpu.product: A100}
                  tolerations: [{key: nvidia.com/gpu, operator: Equal, value: "yes", effect: NoSchedule}]
                  priorityClass: training
                  runtimeClass: nvidia
                  queue: lab
                  deadline: 12h
                  grace: 5m
                  ttl: 1h
                  image: bitfrontier/worker:gpu
                  environment: {CUBLAS_WORKSPACE_CONFIG: ":4096:8"}
            settings:
              bitfrontier: {run: {lease: 2m}}
            """;

    private static final String OBJECT_STORE = """
            artifacts:
              store: s3
              s3:
                bucket: frontier
                prefix: lab/one
                endpoint: https://store.example.org
                workerEndpoint: https://store.internal.example.org
                pathStyle: true
                credentialsSecret: store
            """;

    /** Read by a condition; with another value the keys of S3 would have no reader. */
    private static final Set<String> OF_CONDITIONS = Set.of("bitfrontier.artifact-store");

    @ParameterizedTest
    @ValueSource(strings = {"", EVERYTHING, OBJECT_STORE})
    void theServiceReadsEveryKeyWithinItsBounds(String values) throws IOException {
        assertThat(unread(Chart.with(values).settings())).isEmpty();
    }

    @Test
    void aKeyThatNobodyReadsIsNoticed() throws IOException {
        JsonNode settings = Chart.with(
                        "settings: {bitfrontier: {launch: {kubernetes: {namespaces: x}}}, server: {adress: x}}")
                .settings();

        assertThat(unread(settings)).containsExactly("bitfrontier.launch.kubernetes.namespaces", "server.adress");
    }

    /** Keys that no settings class of the service takes, and keys of Spring that Spring does not document. */
    private static Set<String> unread(JsonNode settings) throws IOException {
        String text = Chart.YAML.writeValueAsString(settings);
        PropertySource<?> yaml = new YamlPropertySourceLoader()
                .load("chart", new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8)))
                .get(0);
        StandardEnvironment environment = new StandardEnvironment();
        MutablePropertySources sources = environment.getPropertySources();
        sources.addFirst(yaml);
        new YamlPropertySourceLoader()
                .load("service", new ClassPathResource("application.yaml", BitfrontierService.class.getClassLoader()))
                .forEach(sources::addLast);
        Set<String> keys = new TreeSet<>(List.of(((EnumerablePropertySource<?>) yaml).getPropertyNames()));
        Binder binder = new Binder(
                ConfigurationPropertySources.from(sources), new PropertySourcesPlaceholdersResolver(environment));
        Set<ConfigurationPropertyName> read = new HashSet<>();
        for (Class<?> type : settingsOfTheService(environment)) {
            String prefix = type.getAnnotation(ConfigurationProperties.class).value();
            binder.bind(prefix, Bindable.of(type), validating(read));
        }
        Set<String> documented = documentedBySpring();
        keys.removeAll(OF_CONDITIONS);
        keys.removeIf(key -> documented.contains(key) || read.contains(ConfigurationPropertyName.adapt(key, '.')));
        return keys;
    }

    private static BindHandler validating(Set<ConfigurationPropertyName> read) {
        BindHandler noting = new BindHandler() {
            @Override
            public Object onSuccess(
                    ConfigurationPropertyName name, Bindable<?> target, BindContext context, Object result) {
                if (context.getConfigurationProperty() != null) {
                    read.add(context.getConfigurationProperty().getName());
                }
                return result;
            }
        };
        return new ValidationBindHandler(
                noting,
                new SpringValidatorAdapter(
                        Validation.buildDefaultValidatorFactory().getValidator()));
    }

    /** Those of other launchers are left out by their conditions, as they are in the service. */
    private static List<Class<?>> settingsOfTheService(Environment environment) {
        ClassPathScanningCandidateComponentProvider scan = new ClassPathScanningCandidateComponentProvider(false);
        scan.setEnvironment(environment);
        scan.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
        return scan.findCandidateComponents(BitfrontierService.class.getPackageName()).stream()
                .map(BeanDefinition::getBeanClassName)
                .<Class<?>>map(name -> ClassUtils.resolveClassName(String.valueOf(name), null))
                .toList();
    }

    private static Set<String> documentedBySpring() throws IOException {
        Set<String> names = new TreeSet<>();
        for (URL metadata : Collections.list(
                SettingsTest.class.getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
            try (InputStream stream = metadata.openStream()) {
                for (JsonNode property : Chart.YAML.readTree(stream).get("properties")) {
                    names.add(property.get("name").stringValue());
                }
            }
        }
        return names;
    }
}
