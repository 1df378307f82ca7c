package io.bitfrontier.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Who may talk with whom, each rule whole: one that is left out or too many is noticed. */
class NetworkPolicyTest {
    private static final Rendered PLAIN = Chart.withDefaults();
    private static final String DNS = "53/UDP 53/TCP to "
            + "[{\"namespaceSelector\":{\"matchLabels\":{\"kubernetes.io/metadata.name\":\"kube-system\"}}}]";
    private static final String DATABASE = "5432/TCP to anywhere";
    private static final String API_SERVER = "443/TCP 6443/TCP to anywhere";
    private static final String HTTPS = "443/TCP to anywhere";
    private static final String S3 = "artifacts: {store: s3, s3: {bucket: frontier}}\n";
    private static final String OIDC = "access: {oidc: {issuer: 'https://login.example.org/realms/lab'}}\n";

    @Nested
    class Service {
        private static List<String> egress(Rendered rendered) {
            return NetworkPolicyTest.egress(rendered, "lab-bitfrontier");
        }

        private static JsonNode callers(Rendered rendered) {
            return rendered.the("NetworkPolicy", "lab-bitfrontier").at("/spec/ingress/0/from");
        }

        @Test
        void onlyWorkersCallItByDefault() {
            assertThat(callers(PLAIN)).hasSize(1);
            assertThat(callers(PLAIN)
                            .at("/0/podSelector/matchLabels/app.kubernetes.io~1name")
                            .stringValue())
                    .isEqualTo("bitfrontier-worker");
        }

        @Test
        void othersCallItIfNamed() {
            JsonNode from =
                    callers(Chart.with("networkPolicy: {clients: [{namespaceSelector: {matchLabels: {a: b}}}]}"));

            assertThat(from).hasSize(2);
            assertThat(from.at("/1/namespaceSelector/matchLabels/a").stringValue())
                    .isEqualTo("b");
        }

        @Test
        void itReachesDnsTheDatabaseAndTheApiServerByDefaultAndNothingElse() {
            assertThat(egress(PLAIN)).containsExactly(DNS, DATABASE, API_SERVER);
        }

        @Test
        void itReachesThemWhereTheyAreIfNamed() {
            assertThat(egress(Chart.with("""
                            networkPolicy:
                              dns: []
                              database: {to: [{podSelector: {}}], port: 6432}
                              apiServer: {to: [{ipBlock: {cidr: 10.0.0.1/32}}], ports: [8443]}
                            """)))
                    .containsExactly(
                            "53/UDP 53/TCP to anywhere",
                            "6432/TCP to [{\"podSelector\":{}}]",
                            "8443/TCP to [{\"ipBlock\":{\"cidr\":\"10.0.0.1/32\"}}]");
        }

        @Test
        void itReachesAnIdentityProviderIfOneIsSet() {
            assertThat(egress(Chart.with(OIDC))).containsExactly(DNS, DATABASE, API_SERVER, HTTPS);
        }

        @Test
        void itReachesTheIdentityProviderWhereItIsIfNamed() {
            String where = "networkPolicy: {oidc: {to: [{podSelector: {}}], port: 8443}}";

            assertThat(egress(Chart.with(OIDC + where))).last().isEqualTo("8443/TCP to [{\"podSelector\":{}}]");
            assertThat(egress(Chart.with(where)))
                    .as("there is none that could be reached")
                    .isEqualTo(egress(PLAIN));
        }

        @Test
        void itReachesTheObjectStoreIfChosen() {
            assertThat(egress(Chart.with(S3))).containsExactly(DNS, DATABASE, API_SERVER, HTTPS);
        }

        @Test
        void itReachesMoreIfGiven() {
            assertThat(egress(Chart.with("networkPolicy: {extraEgress: [{ports: [{port: 9000, protocol: TCP}]}]}")))
                    .containsExactly(DNS, DATABASE, API_SERVER, "9000/TCP to anywhere");
        }
    }

    @Nested
    class Workers {
        private static final String SERVICE = "http/TCP to [{\"podSelector\":{\"matchLabels\":{"
                + "\"app.kubernetes.io/name\":\"bitfrontier\",\"app.kubernetes.io/instance\":\"lab\","
                + "\"app.kubernetes.io/component\":\"service\"}}}]";

        private static List<String> egress(Rendered rendered) {
            return NetworkPolicyTest.egress(rendered, "lab-bitfrontier-workers");
        }

        @Test
        void nobodyCallsThem() {
            assertThat(PLAIN.the("NetworkPolicy", "lab-bitfrontier-workers").at("/spec/ingress"))
                    .isEmpty();
        }

        @Test
        void theyReachDnsAndTheServiceByDefaultAndNothingElse() {
            assertThat(egress(PLAIN)).containsExactlyInAnyOrder(DNS, SERVICE);
            assertThat(egress(Chart.with(OIDC))).isEqualTo(egress(PLAIN));
        }

        @Test
        void theyReachTheObjectStoreIfChosenAndWhereItIsIfNamed() {
            assertThat(egress(Chart.with(S3))).last().isEqualTo(HTTPS);
            assertThat(egress(Chart.with(
                            S3 + "networkPolicy: {objectStore: {to: [{ipBlock: {cidr: 10.0.0.9/32}}], port: 9000}}")))
                    .last()
                    .isEqualTo("9000/TCP to [{\"ipBlock\":{\"cidr\":\"10.0.0.9/32\"}}]");
        }

        @Test
        void theyReachMoreIfGiven() {
            assertThat(egress(
                            Chart.with("networkPolicy: {workerExtraEgress: [{ports: [{port: 9000, protocol: TCP}]}]}")))
                    .hasSize(3)
                    .last()
                    .isEqualTo("9000/TCP to anywhere");
        }
    }

    @Test
    void bothDirectionsOfBothAreRestricted() {
        assertThat(PLAIN.all("NetworkPolicy")).hasSize(2).allSatisfy(policy -> assertThat(
                        policy.at("/spec/policyTypes"))
                .hasToString("[\"Ingress\",\"Egress\"]"));
    }

    @Test
    void thereAreNoPoliciesIfSwitchedOff() {
        assertThat(Chart.with("networkPolicy: {enabled: false}").has("NetworkPolicy"))
                .isFalse();
    }

    /** A policy's egress rules in words: {@code 5432/TCP to anywhere}. */
    private static List<String> egress(Rendered rendered, String policy) {
        return rendered.the("NetworkPolicy", policy)
                .at("/spec/egress")
                .valueStream()
                .map(rule -> rule.get("ports")
                                .valueStream()
                                .map(port -> port.get("port").asString() + "/"
                                        + port.get("protocol").stringValue())
                                .collect(Collectors.joining(" "))
                        + " to " + (rule.has("to") ? rule.get("to").toString() : "anywhere"))
                .toList();
    }
}
