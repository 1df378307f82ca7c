package io.bitfrontier.service.launch.kubernetes;

import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.util.Yaml;

/** Pods and Jobs as clusters show them, by the part of their status that matters. */
final class Pods {
    private Pods() {}

    /** A pod of the sample worker that is placed on a node. */
    static V1Pod placed(String status) {
        return pod("nodeName: node-7", status);
    }

    /** One without a node. */
    static V1Pod unplaced(String status) {
        return pod("schedulerName: default-scheduler", status);
    }

    private static V1Pod pod(String spec, String status) {
        return Yaml.loadAs("""
                apiVersion: v1
                kind: Pod
                metadata: {name: bf-worker-x-abcde, namespace: training, uid: pod-1}
                spec: {%s}
                status:
                %s""".formatted(spec, status.indent(2)), V1Pod.class);
    }

    static V1Pod beingDeleted(V1Pod pod) {
        pod.getMetadata().setDeletionTimestamp(java.time.OffsetDateTime.parse("2026-11-22T20:00:00Z"));
        return pod;
    }

    static String terminated(int code, String reason) {
        return """
                phase: Failed
                containerStatuses:
                - {name: worker, state: {terminated: {exitCode: %d, reason: %s}}}
                """.formatted(code, reason);
    }

    static String stuck(String reason, String message) {
        return """
                phase: Pending
                containerStatuses:
                - {name: worker, state: {waiting: {reason: %s, message: '%s'}}}
                """.formatted(reason, message);
    }

    static String disrupted(String reason, String message) {
        return """
                conditions:
                - {type: DisruptionTarget, status: "True", reason: %s, message: '%s'}
                """.formatted(reason, message);
    }

    static V1Job job(String status) {
        return Yaml.loadAs("""
                apiVersion: batch/v1
                kind: Job
                metadata: {name: bf-worker-x, namespace: training, uid: job-1}
                spec: {suspend: false}
                status:
                %s""".formatted(status.indent(2)), V1Job.class);
    }

    static V1Job failed(String reason, String message) {
        return job("""
                conditions:
                - {type: Failed, status: "True", reason: %s, message: '%s'}
                """.formatted(reason, message));
    }
}
