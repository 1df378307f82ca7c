package io.bitfrontier.trainer.report;

import io.bitfrontier.trainer.device.Compute;
import io.bitfrontier.trainer.device.ComputeDevice;
import io.bitfrontier.trainer.device.Machine;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a worker process is told by its environment.
 *
 * @param serviceUrl where the service listens
 * @param workerId this worker
 * @param workerToken what proves it
 * @param scratch directory of this worker alone, for what it buffers
 * @param compute what it computes with
 * @param rankTimeout time for which ranks wait for the slowest of them
 * @param device the same in the words of an attempt
 * @param idleLimit time without work after which it leaves
 * @param grace time from a signal to the end of the process, whatever it does by then
 * @param unreachableLimit time for which, without work, it keeps calling a service that does not answer
 */
public record WorkerConfiguration(
        URI serviceUrl,
        UUID workerId,
        String workerToken,
        Path scratch,
        Compute compute,
        Duration rankTimeout,
        String device,
        Duration grace,
        Duration idleLimit,
        Duration unreachableLimit) {
    /** Longer than the first rank takes to write a checkpoint, for which the others wait. */
    public static final Duration RANK_TIMEOUT = Duration.ofMinutes(10);

    private static final int MOST_THREADS = 1024;
    private static final int MOST_RANKS = 64;
    private static final String DEFAULT_DEVICE = "auto";
    private static final long LONGEST_SECONDS = 86_400;
    private static final long DEFAULT_SECONDS = 60;
    /** A pod's grace period is 30 s where nothing else is said. */
    private static final long DEFAULT_GRACE_SECONDS = 25;

    /**
     * Reads and checks all of it.
     *
     * @throws Invalid naming every variable that is missing or wrong, with the bound
     */
    public static WorkerConfiguration from(Map<String, String> environment) {
        Reader reader = new Reader(environment);
        URI url = reader.required(WorkerProtocol.ENV_SERVICE_URL, "an http or https URL", WorkerConfiguration::url);
        UUID worker = reader.required(WorkerProtocol.ENV_WORKER_ID, "a UUID", UUID::fromString);
        String token = reader.secret(WorkerProtocol.ENV_WORKER_TOKEN);
        Path scratch = reader.required(
                WorkerProtocol.ENV_WORKER_SCRATCH, "a directory that can be written", WorkerConfiguration::directory);
        Long threads = reader.number(WorkerProtocol.ENV_WORKER_THREADS, 1, MOST_THREADS, null);
        Long ranks = reader.number(WorkerProtocol.ENV_WORKER_RANKS, 1, MOST_RANKS, 1L);
        Long rankTimeout = reader.number(
                WorkerProtocol.ENV_WORKER_RANK_TIMEOUT_SECONDS, 1, LONGEST_SECONDS, RANK_TIMEOUT.toSeconds());
        Machine machine = Machine.here();
        ComputeDevice device = reader.optional(
                WorkerProtocol.ENV_WORKER_DEVICE, DEFAULT_DEVICE, ComputeDevice.CHOICES, text -> ComputeDevice.choose(
                                text, machine)
                        .orElseThrow(() -> new IllegalArgumentException(text)));
        Compute compute = threads == null || ranks == null || device == null
                ? null
                : new Compute(device, threads.intValue(), ranks.intValue());
        if (compute != null) {
            reader.violations.addAll(compute.violations(machine, environment));
        }
        Long grace = reader.number(WorkerProtocol.ENV_WORKER_GRACE_SECONDS, 1, LONGEST_SECONDS, DEFAULT_GRACE_SECONDS);
        Long idle = reader.number(WorkerProtocol.ENV_WORKER_IDLE_SECONDS, 0, LONGEST_SECONDS, DEFAULT_SECONDS);
        Long unreachable =
                reader.number(WorkerProtocol.ENV_WORKER_UNREACHABLE_SECONDS, 0, LONGEST_SECONDS, DEFAULT_SECONDS);
        if (url == null
                || worker == null
                || token == null
                || scratch == null
                || compute == null
                || rankTimeout == null
                || grace == null
                || idle == null
                || unreachable == null
                || !reader.violations.isEmpty()) {
            throw new Invalid(reader.violations);
        }
        return new WorkerConfiguration(
                url,
                worker,
                token,
                scratch.resolve("worker-" + worker),
                compute,
                Duration.ofSeconds(rankTimeout),
                compute.describe(machine),
                Duration.ofSeconds(grace),
                Duration.ofSeconds(idle),
                Duration.ofSeconds(unreachable));
    }

    private static URI url(String text) {
        try {
            URI uri = new URI(text);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (!http || uri.getHost() == null || uri.getUserInfo() != null) {
                throw new IllegalArgumentException(text);
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    private static Path directory(String text) {
        try {
            Path path = Files.createDirectories(Path.of(text).toAbsolutePath());
            if (!Files.isWritable(path)) {
                throw new IllegalArgumentException(text);
            }
            return path;
        } catch (IOException | InvalidPathException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "worker " + workerId + " of " + serviceUrl + ", scratch " + scratch + ", on " + device
                + ", idle up to " + idleLimit.toSeconds() + " s, unreachable up to "
                + unreachableLimit.toSeconds() + " s";
    }

    /** The environment cannot be used. */
    public static final class Invalid extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Invalid(List<String> violations) {
            super(String.join("\n", violations));
        }
    }

    private static final class Reader {
        private final Map<String, String> environment;
        private final List<String> violations = new ArrayList<>();

        Reader(Map<String, String> environment) {
            this.environment = environment;
        }

        <T> @Nullable T required(String name, String bound, Function<String, T> parse) {
            String text = environment.getOrDefault(name, "");
            if (text.isBlank()) {
                violations.add(name + " is not set, it must be " + bound);
                return null;
            }
            try {
                return parse.apply(text);
            } catch (IllegalArgumentException e) {
                violations.add(name + " is '" + text + "', it must be " + bound);
                return null;
            }
        }

        <T> @Nullable T optional(String name, String absent, String bound, Function<String, T> parse) {
            String text = environment.getOrDefault(name, "").isBlank() ? absent : environment.get(name);
            try {
                return parse.apply(text);
            } catch (IllegalArgumentException e) {
                violations.add(name + " is '" + text + "', it must be " + bound);
                return null;
            }
        }

        @Nullable
        String secret(String name) {
            String text = environment.getOrDefault(name, "");
            // the value is not repeated: it may be most of a real token
            if (text.isBlank() || text.chars().anyMatch(c -> c <= ' ' || c > '~')) {
                violations.add(name + (text.isBlank() ? " is not set" : " has characters that no token has")
                        + ", it must be this worker's token");
                return null;
            }
            return text;
        }

        @Nullable
        Long number(String name, long least, long most, @Nullable Long absent) {
            if (absent != null && environment.getOrDefault(name, "").isBlank()) {
                return absent;
            }
            return required(name, "a whole number from " + least + " to " + most, text -> {
                long value = Long.parseLong(text.strip());
                if (value < least || value > most) {
                    throw new IllegalArgumentException(text);
                }
                return value;
            });
        }
    }
}
