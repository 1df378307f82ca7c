package io.bitfrontier.service.launch.kubernetes;

import io.bitfrontier.service.launch.LauncherUnavailableException;
import io.kubernetes.client.openapi.ApiException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What pods have printed. The API server asks their nodes, and a node that is gone cannot be asked; that holds up neither a
 * worker's end nor any other request for ever.
 */
final class PodLogs {
    private static final Logger log = LoggerFactory.getLogger(PodLogs.class);
    private static final int MOST_BYTES = 64 * 1024;
    private static final int MOST_TRIES = 3;

    private final Cluster cluster;
    private final Map<String, Integer> tries = WorkerTraces.bounded();

    PodLogs(Cluster cluster) {
        this.cluster = cluster;
    }

    /**
     * The end of a pod's log; empty where there is none, or where it was not to be had several times.
     *
     * @throws LauncherUnavailableException when it is worth another try
     */
    Optional<String> tail(String pod) {
        try {
            return Optional.ofNullable(cluster.log(pod))
                    .filter(text -> !text.isBlank())
                    .map(text -> tail(text, MOST_BYTES));
        } catch (ApiException e) {
            String reason = "no log of " + pod + ": " + ApiErrors.sentence(e);
            // 400: its container has never been started.
            boolean none = e.getCode() == HttpURLConnection.HTTP_NOT_FOUND
                    || e.getCode() == HttpURLConnection.HTTP_BAD_REQUEST;
            if (!none && countTry(pod) < MOST_TRIES) {
                throw new LauncherUnavailableException(reason, e);
            }
            log.info("{}", reason);
            return Optional.empty();
        }
    }

    private synchronized int countTry(String pod) {
        return tries.merge(pod, 1, Integer::sum);
    }

    static String tail(String text, int bytes) {
        byte[] all = text.getBytes(StandardCharsets.UTF_8);
        if (all.length <= bytes) {
            return text;
        }
        int begin = all.length - bytes;
        // Not in the middle of a character.
        while (begin < all.length && (all[begin] & 0xC0) == 0x80) {
            begin++;
        }
        return new String(all, begin, all.length - begin, StandardCharsets.UTF_8);
    }
}
