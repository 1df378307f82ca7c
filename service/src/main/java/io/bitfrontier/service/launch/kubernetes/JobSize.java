package io.bitfrontier.service.launch.kubernetes;

import io.bitfrontier.service.launch.Launcher.Launch;
import io.kubernetes.client.openapi.JSON;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * How large a Job is that we ask for. All of a window's Jobs lie in the cluster's one store, and so do their pods, which repeat
 * most of it. The API server adds defaults, the record of who set which field, and the status, together a little more than as
 * much again: so what we send is bounded at half of the 10 kB that an object should have.
 */
final class JobSize {
    static final int MOST_BYTES = 5_000;

    private JobSize() {}

    /**
     * Refuses settings of which large Jobs are made.
     *
     * @param service where workers reach the service
     * @throws IllegalArgumentException naming each class, its size and the bound
     */
    static void requireSmall(KubernetesSettings settings, Path artifacts, URI service) {
        List<String> large = new ArrayList<>();
        for (String resourceClass : settings.classes().keySet()) {
            // Its token stands in the Secret alone, and ids are all of one length.
            Launch sample = new Launch(new UUID(0, 0), resourceClass, service, "");
            int bytes = bytes(WorkerJob.job(settings, artifacts, sample));
            if (bytes > MOST_BYTES) {
                large.add("a Job of resource class '" + resourceClass + "' has " + bytes + " bytes");
            }
        }
        if (!large.isEmpty()) {
            throw new IllegalArgumentException(String.join(", ", large) + "; it must have at most " + MOST_BYTES
                    + " when it is sent: set fewer or shorter environment variables, arguments or volumes");
        }
    }

    static int bytes(Object object) {
        return JSON.serialize(object).getBytes(StandardCharsets.UTF_8).length;
    }
}
