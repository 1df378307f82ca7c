package io.bitfrontier.service.launch;

import io.bitfrontier.service.launch.Launcher.Phase;
import io.bitfrontier.service.launch.Launcher.Sighting;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the end of a worker says about the attempt that it did not end itself. */
final class Departures {
    private static final int SIGNALLED = 128;

    private Departures() {}

    /** Whether it left as workers do, done or asked to. */
    static boolean isOrderly(Sighting sighting) {
        int code = sighting.exitCode().orElse(-1);
        boolean asked = sighting.failure() == FailureClass.PREEMPTED;
        return code == WorkerProtocol.EXIT_DONE && (asked || sighting.failure() == null)
                || code == WorkerProtocol.EXIT_PREEMPTED;
    }

    /**
     * The class of failure. What the platform knows goes before the exit code. 137 is any SIGKILL, a person's as well as the
     * kernel's for memory: without the platform's word it counts as lost.
     */
    static FailureClass failureOf(Sighting sighting) {
        if (sighting.failure() != null) {
            return sighting.failure();
        }
        return switch (sighting.exitCode().orElse(-1)) {
            case WorkerProtocol.EXIT_DONE -> FailureClass.RESULTS_MISSING;
            case WorkerProtocol.EXIT_USER_INPUT -> FailureClass.USER;
            case WorkerProtocol.EXIT_PLATFORM -> FailureClass.PLATFORM;
            case WorkerProtocol.EXIT_PREEMPTED -> FailureClass.PREEMPTED;
            default -> FailureClass.LOST;
        };
    }

    /** The same end, of a worker that had been asked to leave. */
    static Sighting preempted(Sighting sighting) {
        return new Sighting(sighting.phase(), sighting.exitCode(), FailureClass.PREEMPTED, sighting.message());
    }

    /** One sentence. */
    static String reason(UUID worker, @Nullable String externalId, Sighting sighting) {
        String who = "worker " + worker + (externalId == null ? "" : " (" + externalId + ")");
        String said = sighting.message() == null ? "" : ": " + sighting.message();
        if (sighting.exitCode().isPresent()) {
            int code = sighting.exitCode().getAsInt();
            boolean unexplained = code == WorkerProtocol.EXIT_OUT_OF_MEMORY && sighting.failure() == null;
            return who
                    + (code > SIGNALLED ? " was ended by signal " + (code - SIGNALLED) : " exited with " + code)
                    + (unexplained ? " (kill -9, or out of memory where the kernel does not say)" : "")
                    + said;
        }
        if (sighting.phase() == Phase.ENDED) {
            return who + " has ended" + said;
        }
        return who + (externalId == null ? " was never started" : " no longer exists") + said;
    }
}
