package io.bitfrontier.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class ValuesSchemaTest {
    private static final JsonNode SCHEMA = Chart.yaml(Chart.FOLDER.resolve("values.schema.json"));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            replica: 3                                              | replica
            replicas: two                                           | replicas
            replicas: -1                                            | replicas
            image: {name: x}                                        | name
            image: {pullPolicy: Sometimes}                          | pullPolicy
            image: {digest: latest}                                 | digest
            database: {secret: db}                                  | secret
            database: {existingSecret: My_Secret}                   | existingSecret
            database: {url: 'mysql://db/x'}                         | url
            database: {url: 'jdbc:postgresql://db/x?password=y'}    | url
            database: {poolSize: 1}                                 | poolSize
            database: {migration: {user: x}}                        | user
            artifacts: {path: artifacts}                            | path
            artifacts: {size: much}                                 | size
            artifacts: {accessModes: [ReadOnlyMany]}                | accessModes
            artifacts: {store: gcs}                                 | store
            artifacts: {store: s3}                                  | bucket
            access: {token: x}                                      | token
            access: {oidc: {issuer: login.example.org}}             | issuer
            workers: {classes: {Big_GPU: {capacity: 1}}}            | Big_GPU
            workers: {defaultClass: Big_GPU}                        | defaultClass
            workers: {classes: {cpu: {capacity: -1}}}               | capacity
            workers: {classes: {cpu: {maxRuns: 1}}}                 | maxRuns
            workers: {classes: {cpu: {memory: 4 GB}}}               | memory
            workers: {classes: {cpu: {deadline: 1}}}                | deadline
            workers: {classes: {cpu: {gpuResource: gpu}}}           | gpuResource
            service: {port: 0}                                      | port
            service: {type: Headless}                               | type
            ingress: {enabled: true}                                | host
            ingress: {paths: [api]}                                 | paths
            networkPolicy: {database: {port: 70000}}                | port
            networkPolicy: {oidc: {port: 0}}                        | port
            networkPolicy: {oidc: {issuer: x}}                      | issuer
            networkPolicy: {allow: []}                              | allow
            podDisruptionBudget: {maxUnavailable: 0}                | maxUnavailable
            podDisruptionBudget: {maxUnavailable: 100%}             | maxUnavailable
            metrics: {serviceMonitor: {interval: 30}}               | interval
            access: {oidc: {roles: {lab: owner}}}                    | lab
            metrics: {grafana: true}                                | grafana
            podSecurityContext: {runAsUser: 0}                      | runAsUser
            podSecurityContext: {runAsNonRoot: false}               | runAsNonRoot
            probes: {startup: {path: /}}                            | path
            terminationGracePeriodSeconds: 1                        | terminationGracePeriodSeconds
            settings: {spring: {datasource: {password: x}}}         | /settings/spring/datasource/password
            extraEnv: [{value: x}]                                  | name
            """)
    void whatIsWrongIsRefusedByName(String values, String field) {
        assertThat(Chart.refusalOf(values))
                .contains("values don't meet the specifications")
                .contains(field);
    }

    @Test
    void allThatIsWrongIsNamedAtOnce() {
        assertThat(Chart.refusalOf("{replicas: two, service: {port: 0}, replica: 1}"))
                .contains("replicas")
                .contains("port")
                .contains("replica");
    }

    @Test
    void everyGroupOfValuesIsClosed() {
        List<String> open = new ArrayList<>();
        findOpen("", SCHEMA, Chart.yaml(Chart.FOLDER.resolve("values.yaml")), open);

        assertThat(open).isEmpty();
    }

    @Test
    void anOpenGroupIsNoticed() {
        List<String> open = new ArrayList<>();
        findOpen("", Chart.YAML.readTree("{type: object}"), Chart.YAML.readTree("{a: 1}"), open);

        assertThat(open).containsExactly("");
    }

    /** Groups that hold named values by default, and whose schema lets any other name in. */
    private static void findOpen(String path, JsonNode schema, JsonNode values, List<String> open) {
        if (path.equals(".resources.requests") || path.equals(".resources.limits")) {
            return; // any resource of the cluster
        }
        JsonNode others = schema.path("additionalProperties");
        if (others.isMissingNode() || (others.isBoolean() && others.booleanValue())) {
            open.add(path);
        }
        for (Map.Entry<String, JsonNode> value : values.properties()) {
            JsonNode child = schema.path("properties").path(value.getKey());
            if (child.isMissingNode()) {
                child = others;
            }
            while (child.has("$ref")) {
                child = SCHEMA.at(child.get("$ref").stringValue().substring(1));
            }
            if (value.getValue().isObject() && !value.getValue().isEmpty()) {
                findOpen(path + "." + value.getKey(), child, value.getValue(), open);
            }
        }
    }
}
