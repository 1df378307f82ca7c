package io.bitfrontier.service.launch.kubernetes;

import io.bitfrontier.service.launch.Launcher.Launch;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Settings and launches as an operator and the service would give them. */
final class Samples {
    static final UUID WORKER = UUID.fromString("0b1f7c4e-52a1-4a7e-9d0e-1c8a44f5f001");
    static final Path ARTIFACTS = Path.of("/var/lib/bitfrontier/artifacts");
    static final String TOKEN = "bfw_0123456789abcdefghijklmnopqrstuvwxyzABCDEF";

    private Samples() {}

    /** The least that must be set, with one class {@code small}, and what {@code more} adds, as property and value. */
    static KubernetesSettings settings(String... more) {
        return bind(properties(more));
    }

    static Map<String, String> properties(String... more) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("namespace", "training");
        properties.put("image", "registry.example/bitfrontier/worker:1.0.0");
        properties.put("classes.small.cpu", "2");
        for (int i = 0; i < more.length; i += 2) {
            properties.put(more[i], more[i + 1]);
        }
        return properties;
    }

    private static KubernetesSettings bind(Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(properties))
                .bind("", KubernetesSettings.class)
                .get();
    }

    static Launch launch(String resourceClass) {
        return launch(WORKER, resourceClass);
    }

    static Launch launch(UUID worker, String resourceClass) {
        return new Launch(worker, resourceClass, URI.create("http://bitfrontier.training.svc:8080"), TOKEN);
    }
}
