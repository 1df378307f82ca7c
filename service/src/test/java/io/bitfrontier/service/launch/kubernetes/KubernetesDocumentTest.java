package io.bitfrontier.service.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.failpoint.FailPoints;
import io.kubernetes.client.openapi.models.V1PolicyRule;
import io.kubernetes.client.openapi.models.V1Role;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.Yaml;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** The page about Kubernetes says what the code does: the settings with their defaults, and every right that is used. */
class KubernetesDocumentTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| (?:`([^`]*)`|(required)|) ?\\|");
    private static final Pattern COLLECTION =
            Pattern.compile("(\\w+) /(?:api|apis/(\\w+))/v1/namespaces/training/(\\w+)(/[^/]+)?(/log)?");

    private static String page = "";

    @TempDir
    Path artifacts;

    @BeforeAll
    static void read() throws IOException {
        page = Files.readString(Path.of("../docs/reference/kubernetes.md"));
    }

    @Test
    void everySettingStandsThereWithItsDefault() {
        assertThat(documented("settings"))
                .isEqualTo(settings(KubernetesSettings.class, "namespace", "image", "classes"));
        assertThat(documented("class-settings")).isEqualTo(settings(WorkerClass.class));
    }

    private static Map<String, String> documented(String marker) {
        String table =
                page.substring(page.indexOf("<!-- " + marker + " -->"), page.indexOf("<!-- /" + marker + " -->"));
        Map<String, String> rows = new LinkedHashMap<>();
        Matcher row = ROW.matcher(table);
        while (row.find()) {
            String value = row.group(3) == null ? row.group(2) : row.group(3);
            rows.put(row.group(1), value == null ? "" : value);
        }
        return rows;
    }

    private static Map<String, String> settings(Class<?> type, String... required) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String name = component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
            settings.put(name, List.of(required).contains(name) ? "required" : defaultOf(type, component));
        }
        return settings;
    }

    private static String defaultOf(Class<?> type, RecordComponent component) {
        @Nullable DefaultValue value = component.getAnnotation(DefaultValue.class);
        if (value == null) {
            value = java.util.Arrays.stream(type.getDeclaredConstructors()[0].getParameters())
                    .filter(parameter -> parameter.getName().equals(component.getName()))
                    .map(parameter -> parameter.getAnnotation(DefaultValue.class))
                    .filter(java.util.Objects::nonNull)
                    .findFirst()
                    .orElse(null);
        }
        return value == null ? "" : String.join(" ", value.value());
    }

    @Test
    void theRoleAllowsWhatIsAskedAndNothingElse() throws Exception {
        assertThat(allowed()).isEqualTo(asked());
    }

    private static Set<String> allowed() {
        String yaml = page.substring(page.indexOf("apiVersion: rbac"));
        V1Role role = Yaml.loadAs(yaml.substring(0, yaml.indexOf("```")), V1Role.class);
        Set<String> allowed = new TreeSet<>();
        for (V1PolicyRule rule : role.getRules()) {
            for (String verb : rule.getVerbs()) {
                allowed.add(verb + " " + rule.getApiGroups().get(0) + "/"
                        + rule.getResources().get(0));
            }
        }
        return allowed;
    }

    /** Everything the launcher does, once. */
    private Set<String> asked() throws Exception {
        KubernetesSettings settings = Samples.settings();
        Semaphore changes = new Semaphore(0);
        try (FakeApi api = new FakeApi();
                KubernetesLauncher launcher = new KubernetesLauncher(
                        settings,
                        artifacts,
                        new Cluster(
                                new ClientBuilder()
                                        .setBasePath(api.uri().toString())
                                        .build(),
                                settings),
                        FailPoints.NONE,
                        System::nanoTime)) {
            launcher.onChange(changes::release);
            launcher.start();
            String name = launcher.launch(Samples.launch("small"));
            api.put("/api/v1/namespaces/training/pods/p", """
                    {"metadata": {"name": "p", "namespace": "training",
                                  "labels": {"bitfrontier.io/installation": "bitfrontier", "bitfrontier.io/worker": "%s"}},
                     "spec": {"containers": []}}
                    """.formatted(Samples.WORKER));
            while (launcher.output(Samples.WORKER, name).isEmpty()
                    && !api.requests().contains("GET /api/v1/namespaces/training/pods/p/log")) {
                assertThat(changes.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
            }
            api.remove("/api/v1/namespaces/training/pods/p");
            assertThat(launcher.discover()).containsKey(Samples.WORKER);
            java.util.UUID other = new java.util.UUID(0, 7);
            launcher.launch(Samples.launch(other, "small"));
            launcher.look(other, null);
            launcher.forget(Samples.WORKER, name);
            return rights(api.requests());
        }
    }

    private static Set<String> rights(List<String> requests) {
        Set<String> rights = new TreeSet<>();
        for (String request : requests) {
            Matcher match = COLLECTION.matcher(request);
            assertThat(match.matches()).as(request).isTrue();
            String verb =
                    switch (match.group(1)) {
                        case "POST" -> "create";
                        case "DELETE" -> "delete";
                        case "WATCH" -> "watch";
                        default -> match.group(4) == null ? "list" : "get";
                    };
            String group = match.group(2) == null ? "" : match.group(2);
            rights.add(verb + " " + group + "/" + match.group(3) + (match.group(5) == null ? "" : match.group(5)));
        }
        return rights;
    }
}
