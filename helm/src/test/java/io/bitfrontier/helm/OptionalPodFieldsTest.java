package io.bitfrontier.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Fields of the service's pods: absent by default, as given when given. */
class OptionalPodFieldsTest {
    private static final String POD = "/spec/template/spec";

    static Stream<Arguments> fields() {
        return Stream.of(
                field("imagePullSecrets: [{name: registry}]", POD + "/imagePullSecrets/0/name", "registry"),
                field("priorityClassName: high", POD + "/priorityClassName", "high"),
                field("nodeSelector: {pool: system}", POD + "/nodeSelector/pool", "system"),
                field("tolerations: [{key: system}]", POD + "/tolerations/0/key", "system"),
                field("affinity: {nodeAffinity: {a: b}}", POD + "/affinity/nodeAffinity/a", "b"),
                field("podAnnotations: {a: b}", "/spec/template/metadata/annotations/a", "b"),
                field("podLabels: {a: b}", "/spec/template/metadata/labels/a", "b"),
                field("commonLabels: {a: b}", "/metadata/labels/a", "b"),
                field("extraVolumes: [{name: ca, secret: {secretName: ca}}]", POD + "/volumes/5/name", "ca"),
                field(
                        "extraVolumeMounts: [{name: ca, mountPath: /ca}]",
                        POD + "/containers/0/volumeMounts/5/mountPath",
                        "/ca"));
    }

    private static Arguments field(String values, String pointer, String expected) {
        return Arguments.of(values, pointer, expected);
    }

    @ParameterizedTest
    @MethodSource("fields")
    void isNotSetByDefaultAndSetIfGiven(String values, String pointer, String expected) {
        assertThat(Chart.withDefaults().the("Deployment").at(pointer).isMissingNode())
                .isTrue();
        assertThat(Chart.with(values).the("Deployment").at(pointer).stringValue())
                .isEqualTo(expected);
    }

    @Test
    void imagesAreNamedByTagUnlessADigestIsGiven() {
        String digest = "sha256:" + "0a".repeat(32);
        assertThat(image("")).isEqualTo("bitfrontier/service:0.1.0-SNAPSHOT");
        assertThat(image("image: {repository: registry.example.org/b/service, tag: v1}"))
                .isEqualTo("registry.example.org/b/service:v1");
        assertThat(image("image: {tag: v1, digest: '" + digest + "'}")).isEqualTo("bitfrontier/service@" + digest);
    }

    private static String image(String values) {
        return Chart.with(values).container().get("image").stringValue();
    }

    @Test
    void namesFollowTheReleaseUnlessGiven() {
        assertThat(Chart.withDefaults().the("Deployment").at("/metadata/name").stringValue())
                .isEqualTo("lab-bitfrontier");
        assertThat(Chart.with("nameOverride: other")
                        .the("Deployment")
                        .at("/metadata/name")
                        .stringValue())
                .isEqualTo("lab-other");
        assertThat(Chart.with("fullnameOverride: own")
                        .the("Deployment")
                        .at("/metadata/name")
                        .stringValue())
                .isEqualTo("own");
    }

    @Test
    void replicasAreSpreadOverNodesUnlessToldOtherwise() {
        assertThat(spread("")).hasToString("\"kubernetes.io/hostname\"");
        assertThat(spread("topologySpreadConstraints: [{topologyKey: zone}]")).hasToString("\"zone\"");
    }

    private static JsonNode spread(String values) {
        return Chart.with(values).pod().at("/topologySpreadConstraints/0/topologyKey");
    }

    @Test
    void furtherEnvironmentStandsBehindTheCharts() {
        assertThat(Chart.withDefaults().environment("HTTPS_PROXY")).isEmpty();
        assertThat(Chart.with("extraEnv: [{name: HTTPS_PROXY, value: 'http://proxy:3128'}]")
                        .environment("HTTPS_PROXY")
                        .orElseThrow()
                        .get("value")
                        .stringValue())
                .isEqualTo("http://proxy:3128");
    }

    @Test
    void twoReplicasRunUnlessToldOtherwiseAndOneMayBeEvicted() {
        Rendered plain = Chart.withDefaults();
        assertThat(plain.the("Deployment").at("/spec/replicas").asInt()).isEqualTo(2);
        assertThat(plain.the("PodDisruptionBudget").at("/spec/maxUnavailable").asInt())
                .isEqualTo(1);
        assertThat(Chart.with("replicas: 3")
                        .the("Deployment")
                        .at("/spec/replicas")
                        .asInt())
                .isEqualTo(3);
        assertThat(Chart.with("podDisruptionBudget: {enabled: false}").has("PodDisruptionBudget"))
                .isFalse();
    }

    @Test
    void otherSettingsAreOtherPods() {
        assertThat(List.of(
                        checksum(""),
                        checksum("settings: {bitfrontier: {run: {lease: 2m}}}"),
                        checksum("workers: {classes: {cpu: {capacity: 1}}}")))
                .doesNotHaveDuplicates();
        assertThat(checksum("replicas: 3")).isEqualTo(checksum(""));
    }

    private static String checksum(String values) {
        return Chart.with(values)
                .the("Deployment")
                .at("/spec/template/metadata/annotations/checksum~1config")
                .stringValue();
    }
}
