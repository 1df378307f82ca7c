package io.bitfrontier.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Every value of values.yaml does something: with another value than the default the chart renders something else. */
class EveryValueTest {
    private static final JsonNode VALUES = Chart.yaml(Chart.FOLDER.resolve("values.yaml"));

    /** Other values than the defaults, of what {@link #other} has no rule for: words of a list, amounts, addresses, lists. */
    private static final JsonNode OTHERS = Chart.YAML.readTree("""
            image.digest: sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a
            image.pullPolicy: Always
            database.url: jdbc:postgresql://db:5432/frontier
            artifacts.store: s3
            artifacts.size: 2Ti
            artifacts.accessModes: [ReadWriteOnce]
            artifacts.s3.endpoint: https://store.example.org
            artifacts.s3.workerEndpoint: https://store.internal.example.org
            access.oidc.jwkSetUri: https://login.example.org/keys
            access.oidc.roles: {lab: default=viewer}
            datasets: [{claim: corpora, path: /corpora}]
            workers.image.digest: sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a
            workers.defaultClass: cpu
            workers.classes.cpu.cpu: "3"
            workers.classes.cpu.memory: 8Gi
            service.type: NodePort
            ingress.paths: [/api/v1]
            networkPolicy.dns: []
            networkPolicy.apiServer.ports: [8443]
            metrics.serviceMonitor.interval: 10s
            metrics.prometheusRule.disabled: [BitfrontierDown]
            metrics.prometheusRule.runbook: https://docs.example.org/operate
            jvmOptions: -Xmx1g
            extraVolumeMounts: [{name: ca, mountPath: /ca}]
            resources.requests.cpu: "1"
            resources.requests.memory: 2Gi
            resources.limits.memory: 2Gi
            scratchSize: 2Gi
            podSecurityContext.fsGroupChangePolicy: Always
            """);

    /** Without which a value, or every value of a group, has nothing to act on. */
    private static final JsonNode NEEDED = Chart.YAML.readTree("""
            database.migration: {database: {migration: {existingSecret: owner}}}
            artifacts.store: {artifacts: {s3: {bucket: frontier}}}
            artifacts.s3: {artifacts: {store: s3, s3: {bucket: frontier, credentialsSecret: store}}}
            access.oidc: {access: {oidc: {issuer: 'https://login.example.org'}}}
            ingress: {ingress: {enabled: true, host: frontier.example.org}}
            networkPolicy.oidc: {access: {oidc: {issuer: 'https://login.example.org'}}}
            networkPolicy.objectStore: {artifacts: {store: s3, s3: {bucket: frontier}}}
            metrics.serviceMonitor: {metrics: {serviceMonitor: {enabled: true, tokenSecret: scrape}}}
            metrics.prometheusRule: {metrics: {prometheusRule: {enabled: true}}}
            metrics.dashboard: {metrics: {dashboard: {enabled: true}}}
            """);

    private static final Map<String, String> RENDERED = new ConcurrentHashMap<>();

    static Stream<String> names() {
        return names("", VALUES);
    }

    /** Lists and empty maps are values, other maps are groups of them. */
    private static Stream<String> names(String group, JsonNode values) {
        return values.properties().stream().flatMap(entry -> {
            String name = group + entry.getKey();
            JsonNode value = entry.getValue();
            return value.isObject() && !value.isEmpty() ? names(name + ".", value) : Stream.of(name);
        });
    }

    @ParameterizedTest
    @MethodSource("names")
    void anotherOneRendersSomethingElse(String name) {
        assertThat(acts(name))
                .as("another value of %s renders something else", name)
                .isTrue();
    }

    @Test
    void aValueThatDoesNothingIsNoticed() {
        assertThat(acts("global")).isFalse();
    }

    @Test
    void theTablesNameValuesThatThereAre() {
        List<String> names = names().toList();

        assertThat(OTHERS.propertyNames()).allSatisfy(name -> assertThat(names).contains(name));
        assertThat(NEEDED.propertyNames()).allSatisfy(group -> assertThat(names).anyMatch(name -> isOf(group, name)));
    }

    private static boolean acts(String name) {
        ObjectNode values = Chart.YAML.createObjectNode();
        NEEDED.properties().stream()
                .filter(needed -> isOf(needed.getKey(), name))
                .forEach(needed -> values.setAll((ObjectNode) needed.getValue().deepCopy()));
        String before = rendered(values);
        JsonNode value = at(values, name).isMissingNode() ? at(VALUES, name) : at(values, name);
        set(values, name, other(name, value));
        return !rendered(values).equals(before);
    }

    private static boolean isOf(String group, String name) {
        return name.equals(group) || name.startsWith(group + ".");
    }

    /** Another value: the opposite, one more, a longer name, one entry more. */
    private static JsonNode other(String name, JsonNode value) {
        if (OTHERS.has(name)) {
            return OTHERS.get(name);
        }
        if (value.isBoolean()) {
            return Chart.YAML.valueToTree(!value.booleanValue());
        }
        if (value.isInt()) {
            return Chart.YAML.valueToTree(value.intValue() + 1);
        }
        if (value.isString()) {
            return Chart.YAML.valueToTree(value.stringValue() + "x");
        }
        if (value.isEmpty()) {
            return Chart.YAML.readTree(value.isArray() ? "[{name: x}]" : "{x: y}");
        }
        throw new AssertionError("OTHERS has no other value of " + name + " than " + value);
    }

    private static JsonNode at(JsonNode values, String name) {
        return values.at("/" + name.replace('.', '/'));
    }

    private static void set(ObjectNode values, String name, JsonNode value) {
        int last = name.lastIndexOf('.');
        ObjectNode group = values;
        if (last >= 0) {
            for (String part : name.substring(0, last).split("\\.")) {
                group = group.withObjectProperty(part);
            }
        }
        group.set(name.substring(last + 1), value);
    }

    private static String rendered(ObjectNode values) {
        return RENDERED.computeIfAbsent(
                Chart.YAML.writeValueAsString(values), yaml -> Chart.with(yaml).text());
    }
}
