package io.bitfrontier.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What must hold of everything that is rendered. */
class RenderedSafetyTest {
    private static final Rendered ALL = Chart.with("""
            commonLabels: {team: frontier}
            ingress: {enabled: true, host: frontier.example.org, tlsSecret: frontier-tls}
            database: {migration: {existingSecret: db-owner}}
            metrics:
              serviceMonitor: {enabled: true}
              prometheusRule: {enabled: true}
              dashboard: {enabled: true}
            """);

    @Test
    void podsMeetTheRestrictedStandard() {
        JsonNode pod = ALL.pod();
        assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(pod.at("/securityContext/runAsUser").asInt()).isEqualTo(65532);
        assertThat(pod.at("/securityContext/seccompProfile/type").stringValue()).isEqualTo("RuntimeDefault");
        assertThat(pod.has("hostNetwork")).isFalse();
        assertThat(pod.has("hostPID")).isFalse();
        assertThat(pod.get("containers")).isNotEmpty().allSatisfy(container -> {
            JsonNode context = container.get("securityContext");
            assertThat(context.get("allowPrivilegeEscalation").asBoolean()).isFalse();
            assertThat(context.get("readOnlyRootFilesystem").asBoolean()).isTrue();
            assertThat(context.at("/capabilities/drop/0").stringValue()).isEqualTo("ALL");
            assertThat(context.has("privileged")).isFalse();
        });
        assertThat(pod.get("volumes")).isNotEmpty().noneMatch(volume -> volume.has("hostPath"));
    }

    @Test
    void theRoleIsTheOneThatTheDocsGiveReasonsFor() {
        String docs = Chart.text(Path.of("../docs/reference/kubernetes.md"));
        int begin = docs.indexOf("```yaml\napiVersion: rbac") + "```yaml\n".length();
        JsonNode documented = Chart.YAML.readTree(docs.substring(begin, docs.indexOf("```", begin)));

        assertThat(allowed(ALL.the("Role"))).hasSize(5).isEqualTo(allowed(documented));
        assertThat(ALL.has("ClusterRole")).isFalse();
        assertThat(ALL.has("ClusterRoleBinding")).isFalse();
    }

    /** Verbs by group and resource. */
    private static Map<String, Set<String>> allowed(JsonNode role) {
        Map<String, Set<String>> allowed = new TreeMap<>();
        for (JsonNode rule : role.get("rules")) {
            for (JsonNode group : rule.get("apiGroups")) {
                for (JsonNode resource : rule.get("resources")) {
                    Set<String> verbs = allowed.computeIfAbsent(
                            group.stringValue() + "/" + resource.stringValue(), key -> new TreeSet<>());
                    rule.get("verbs").forEach(verb -> verbs.add(verb.stringValue()));
                }
            }
        }
        return allowed;
    }

    @Test
    void theRoleIsBoundToTheAccountOfThePods() {
        JsonNode binding = ALL.the("RoleBinding");
        String account = ALL.pod().get("serviceAccountName").stringValue();

        assertThat(binding.at("/roleRef/name")).isEqualTo(ALL.the("Role").at("/metadata/name"));
        assertThat(binding.at("/subjects/0/name").stringValue()).isEqualTo(account);
        assertThat(ALL.the("ServiceAccount").at("/metadata/name").stringValue()).isEqualTo(account);
    }

    @Test
    void nothingSecretIsWrittenIntoAnyObject() {
        assertThat(ALL.has("Secret")).isFalse();
        assertThat(ALL.all("ConfigMap")).isNotEmpty().allSatisfy(map -> assertThat(map.toString())
                .doesNotContainIgnoringCase("password")
                .doesNotContain("first-token"));
        assertThat(ALL.container().get("env"))
                .filteredOn(entry -> entry.get("name").stringValue().matches(".*(PASSWORD|TOKEN|USER).*"))
                .hasSize(4)
                .allSatisfy(entry -> {
                    assertThat(entry.has("value")).isFalse();
                    assertThat(entry.at("/valueFrom/secretKeyRef/name").isString())
                            .isTrue();
                });
    }

    @Test
    void everythingThatChoosesPodsChoosesTheServices() {
        JsonNode labels = ALL.the("Deployment").at("/spec/template/metadata/labels");

        assertThat(List.of(
                        ALL.the("Deployment").at("/spec/selector/matchLabels"),
                        ALL.the("Service").at("/spec/selector"),
                        ALL.the("PodDisruptionBudget").at("/spec/selector/matchLabels"),
                        ALL.the("NetworkPolicy", "lab-bitfrontier").at("/spec/podSelector/matchLabels"),
                        ALL.the("NetworkPolicy", "lab-bitfrontier-workers")
                                .at("/spec/egress/1/to/0/podSelector/matchLabels"),
                        ALL.pod().at("/topologySpreadConstraints/0/labelSelector/matchLabels")))
                .allSatisfy(selector -> {
                    assertThat(selector.isEmpty()).isFalse();
                    assertThat(labels.properties()).containsAll(selector.properties());
                });
        assertThat(ALL.the("Service").at("/metadata/labels").properties())
                .containsAll(ALL.the("ServiceMonitor")
                        .at("/spec/selector/matchLabels")
                        .properties());
    }

    @Test
    void everyObjectIsNamedLabelledAndInTheReleasesNamespace() {
        assertThat(ALL.objects()).hasSizeGreaterThan(10).allSatisfy(object -> {
            JsonNode metadata = object.get("metadata");
            assertThat(metadata.get("name").stringValue()).startsWith("lab-bitfrontier");
            assertThat(metadata.get("namespace").stringValue()).isEqualTo("research");
            assertThat(metadata.at("/labels/app.kubernetes.io~1instance").stringValue())
                    .isEqualTo("lab");
            assertThat(metadata.at("/labels/team").stringValue()).isEqualTo("frontier");
        });
    }

    @Test
    void everyMountHasItsVolumeAndPathsThatAreWrittenToAreMounted() {
        Set<String> volumes = new TreeSet<>();
        ALL.pod()
                .get("volumes")
                .forEach(volume -> volumes.add(volume.get("name").stringValue()));
        Map<String, String> mounts = new TreeMap<>();
        ALL.container()
                .get("volumeMounts")
                .forEach(mount -> mounts.put(
                        mount.get("mountPath").stringValue(), mount.get("name").stringValue()));

        assertThat(volumes).containsExactlyInAnyOrderElementsOf(mounts.values());
        String home =
                ALL.environment("BITFRONTIER_HOME").orElseThrow().get("value").stringValue();
        String artifacts = ALL.settings().at("/bitfrontier/artifacts").stringValue();
        assertThat(mounts).containsKeys("/tmp", home, artifacts);
        String token =
                ALL.settings().at("/bitfrontier/access/bootstrap-token-file").stringValue();
        assertThat(mounts.keySet()).anyMatch(mount -> token.startsWith(mount + "/"));
    }

    @Test
    void workersMountTheVolumesThatTheServiceUses() {
        Rendered rendered = Chart.with("datasets: [{claim: corpora, path: /corpora}]");
        JsonNode workers = rendered.settings().at("/bitfrontier/launch/kubernetes");

        assertThat(workers.get("artifacts-claim"))
                .isEqualTo(rendered.the("PersistentVolumeClaim").at("/metadata/name"))
                .isEqualTo(rendered.pod().at("/volumes/3/persistentVolumeClaim/claimName"));
        assertThat(workers.at("/volumes/0/claim"))
                .isEqualTo(rendered.pod().at("/volumes/4/persistentVolumeClaim/claimName"));
        assertThat(workers.at("/volumes/0/path"))
                .isEqualTo(rendered.container().at("/volumeMounts/4/mountPath"))
                .isEqualTo(rendered.settings().at("/bitfrontier/datasets/roots/1"));
    }

    @Test
    void workersCallTheServiceAndRunAsTheSameUser() {
        JsonNode launch = ALL.settings().at("/bitfrontier/launch");

        assertThat(launch.get("service-url").stringValue()).isEqualTo("http://lab-bitfrontier.research.svc:8080");
        assertThat(launch.at("/kubernetes/user").asInt())
                .isEqualTo(ALL.pod().at("/securityContext/runAsUser").asInt());
    }
}
