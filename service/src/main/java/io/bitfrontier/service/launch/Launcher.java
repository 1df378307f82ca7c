package io.bitfrontier.service.launch;

import io.bitfrontier.vocabulary.protocol.FailureClass;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where workers run: processes on this machine, or Jobs of a cluster. It knows no row and decides nothing.
 *
 * <p>Every method may throw {@link LauncherUnavailableException} when the platform does not answer: the round pauses, and
 * nothing is decided. Every method may be repeated: what is done already stays as it is.
 */
public interface Launcher {
    /** The kind of launcher as the worker's row names it: {@code local} or {@code kubernetes}. One per service. */
    String kind();

    /** The installation whose workers it sees; replicas of one installation share it. */
    String installation();

    /** What it offers, by name; never empty. */
    Map<String, ResourceClass> classes();

    /** The class of sweeps that name none; empty where no setting says. */
    default Optional<String> defaultClass() {
        return Optional.empty();
    }

    /**
     * What workers are made of.
     *
     * @param name as runs and workers name it
     * @param capacity most workers at one time, the window; 0 for none
     * @param runsPerWorker runs after which a worker leaves; 0 for no limit
     * @param gpus of each worker
     */
    record ResourceClass(String name, int capacity, int runsPerWorker, int gpus) {}

    /**
     * What a new worker must know.
     *
     * @param service where it reaches the service
     * @param token its bearer token; never an argument, since arguments can be listed
     */
    record Launch(UUID worker, String resourceClass, URI service, String token) {
        @Override
        public String toString() {
            return "Launch[" + worker + ", " + resourceClass + ", " + service + "]";
        }
    }

    /**
     * Starts a worker whose row exists. One that is there already is a success.
     *
     * @return how it is found again
     * @throws IOException when this worker cannot be launched; the message is shown
     */
    String launch(Launch launch) throws IOException;

    /** What is known of one worker now. */
    Sighting look(UUID worker, @Nullable String externalId);

    /**
     * A look at a worker.
     *
     * @param exitCode of one that has ENDED, where it is known
     * @param failure where the platform knows better than the exit code: evicted, killed for memory, image not found, past its
     *     deadline
     * @param message one sentence for people: what a WAITING worker waits for, how an ENDED one ended
     */
    record Sighting(
            Phase phase,
            OptionalInt exitCode,
            @Nullable FailureClass failure,
            @Nullable String message) {
        public static Sighting of(Phase phase) {
            return new Sighting(phase, OptionalInt.empty(), null, null);
        }

        public static Sighting waiting(String message) {
            return new Sighting(Phase.WAITING, OptionalInt.empty(), null, message);
        }

        public static Sighting ended(int exitCode) {
            return new Sighting(Phase.ENDED, OptionalInt.of(exitCode), null, null);
        }
    }

    /** Where a worker stands. */
    enum Phase {
        /** No trace of it, but no proof of its death: its lease decides. */
        MISSING,
        /** Accepted by the platform, not running yet. */
        WAITING,
        RUNNING,
        /** It has ended, and how is known. */
        ENDED,
        /** It no longer exists: proof of death, without a code. */
        GONE
    }

    /** All workers of this installation that exist, by id, whether or not there is a row; with how they are found. */
    Map<UUID, String> discover();

    /** Asks a worker to checkpoint and leave. */
    void terminate(String externalId);

    /** Ends a worker at once and removes what there is of it. */
    void kill(String externalId);

    /** The worker's end is stored: removes what remains of it. */
    void forget(UUID worker, String externalId);

    /** The end of what the worker itself printed, at most 64 kB. */
    Optional<String> output(UUID worker, @Nullable String externalId);

    /** {@code listener} is called on any thread when something may have changed. */
    void onChange(Runnable listener);

    /** Whether its workers are to leave when this service stops, as processes of the same machine are. */
    default boolean stopsWithService() {
        return false;
    }
}
