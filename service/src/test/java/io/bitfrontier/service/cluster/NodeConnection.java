package io.bitfrontier.service.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/** A node's calls: they are repeated while the API server is away, and given up when the node is. */
final class NodeConnection {
    private final ClusterClient api;
    private final BooleanSupplier connected;

    NodeConnection(ClusterClient api, BooleanSupplier connected) {
        this.api = api;
        this.connected = connected;
    }

    /** The node is no longer part of the cluster. */
    static final class NodeGoneException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    Optional<JsonNode> find(String path) {
        return persist(() -> api.call("GET", path, null)).map(ClusterClient.Answer::body);
    }

    /** Empty where the object is no longer there or has changed in a way that forbids the call. */
    Optional<JsonNode> patchStatus(String path, JsonNode status) {
        JsonNode patch = ClusterClient.JSON.createObjectNode().set("status", status);
        return persist(() -> api.merge(path + "/status", patch)).map(ClusterClient.Answer::body);
    }

    void call(String method, String path, JsonNode body) {
        persist(() -> api.call(method, path, body));
    }

    /** See {@link ClusterClient#apply}. */
    void apply(String namespace, JsonNode object) {
        persist(() -> api.apply(namespace, object, false));
    }

    private Optional<ClusterClient.Answer> persist(Supplier<ClusterClient.Answer> call) {
        while (connected.getAsBoolean()) {
            try {
                ClusterClient.Answer answer = call.get();
                if (answer.status() / 100 == 2) {
                    return Optional.of(answer);
                }
                if (answer.status() == 404 || answer.status() == 409) {
                    return Optional.empty();
                }
                // An API server that has just started does not know yet who may do what.
                boolean starting = answer.status() == 401 || answer.status() == 403;
                if (!starting && answer.status() != 429 && answer.status() / 100 != 5) {
                    throw new IllegalStateException(answer.toString());
                }
            } catch (UncheckedIOException away) {
                // Tried again.
            }
            pause(200);
        }
        throw new NodeGoneException();
    }

    static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeGoneException();
        }
    }

    /** See {@link ClusterClient#watch}. */
    ClusterClient.WatchStream watch(String path, String resourceVersion) throws IOException {
        try {
            return api.watch(path, resourceVersion);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeGoneException();
        }
    }
}
