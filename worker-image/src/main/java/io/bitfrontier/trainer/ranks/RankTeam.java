package io.bitfrontier.trainer.ranks;

import io.bitfrontier.trainer.device.Compute;
import io.bitfrontier.trainer.ranks.FollowerProcess.Ending;
import io.bitfrontier.trainer.train.Ranks;
import io.bitfrontier.trainer.train.Team;
import io.bitfrontier.trainer.train.WorkFailedException;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * The ranks that this process leads, started on this machine with the first piece of work and kept for the next.
 *
 * <p>A rank that dies closes its connections, so that an exchange under way fails at once; one that hangs lets it fail after the
 * timeout. Either way the work fails with a sentence that names the rank. Ranks end with their leader, however it ends, since
 * their standard input does.
 */
public final class RankTeam implements Team {
    private static final Logger log = LoggerFactory.getLogger(RankTeam.class);
    private static final Duration START = Duration.ofMinutes(2);
    /** How long after a failed exchange the rank that caused it may take to be gone. */
    private static final Duration SETTLING = Duration.ofSeconds(2);
    /** How long this rank may take to notice that another has ended; a checkpoint may be under way. */
    private static final Duration STUCK = Duration.ofMinutes(5);

    /** How gloo begins what it says. */
    private static final Pattern AT_SOURCE = Pattern.compile("^\\[[^]]*:\\d+] ");

    private final Compute compute;
    private final Duration timeout;
    private final RankLauncher launcher;
    private final JsonMapper json = JsonMapper.builder().build();
    private final List<FollowerProcess> followers = new ArrayList<>();
    private @Nullable RankGroup group;
    private @Nullable Path store;
    private volatile boolean busy;

    /**
     * A team of which nobody is started yet.
     *
     * @param timeout for which an exchange waits for the slowest rank: longer than the leader takes to write a checkpoint
     */
    public RankTeam(Compute compute, RankLauncher launcher, Duration timeout) {
        this.compute = compute;
        this.launcher = launcher;
        this.timeout = timeout;
    }

    @Override
    public synchronized Ranks begin(Task task) {
        try {
            if (followers.stream().anyMatch(FollowerProcess::isGone)) {
                abort();
            }
            RankGroup ready = group == null ? start() : group;
            byte[] line = json.writeValueAsBytes(task);
            followers.forEach(follower -> follower.send(line));
            busy = true;
            return new Exchange(ready);
        } catch (IOException | RuntimeException e) {
            WorkFailedException failure = failed(e, "");
            abort();
            throw failure;
        }
    }

    private RankGroup start() throws IOException {
        Path file = Files.createTempDirectory("bitfrontier-ranks-").resolve("store");
        store = file;
        try {
            for (int rank = 1; rank < compute.ranks(); rank++) {
                String name = "rank " + rank + " of " + compute.ranks();
                FollowerProcess follower = new FollowerProcess(name, launcher.command(compute, rank, file, timeout));
                followers.add(follower);
                log.info("{} is process {}", name, follower.pid());
            }
            for (FollowerProcess follower : followers) {
                if (!follower.awaitReady(START)) {
                    throw new IOException("a rank was not ready within " + START.toSeconds() + " s");
                }
            }
            RankGroup made = new RankGroup(0, compute.ranks(), file, compute.device(), timeout);
            group = made;
            followers.forEach(follower -> follower.onExit(() -> lost(made)));
            return made;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while ranks started", e);
        }
    }

    /** A rank has ended. An exchange that does not notice would keep this process, and its lease, for ever. */
    private void lost(RankGroup of) {
        of.interrupt();
        long until = System.nanoTime() + STUCK.toNanos();
        while (busy && !of.isClosed()) {
            if (System.nanoTime() - until > 0) {
                log.error("a rank has ended and this one is stuck in an exchange with it");
                Runtime.getRuntime().halt(WorkerProtocol.EXIT_PLATFORM);
            }
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
    }

    @Override
    public void end() {
        // the followers know by the last turn
        busy = false;
    }

    @Override
    public synchronized void abort() {
        busy = false;
        if (group != null) {
            group.interrupt();
        }
        followers.forEach(FollowerProcess::kill);
        followers.clear();
        if (group != null) {
            group.close();
            group = null;
        }
        Path file = store;
        store = null;
        if (file != null) {
            forget(file);
        }
    }

    private static void forget(Path file) {
        try {
            Files.deleteIfExists(file);
            Files.deleteIfExists(file.toAbsolutePath().getParent());
        } catch (IOException e) {
            log.debug("{} stays", file, e);
        }
    }

    /**
     * Names the rank that is gone, if one is, rather than what the exchange says of it.
     *
     * @param otherwise begins the sentence where none is gone
     */
    private WorkFailedException failed(Exception e, String otherwise) {
        long until = System.nanoTime() + SETTLING.toNanos();
        do {
            for (FollowerProcess follower : followers) {
                Ending ending = follower.ending(Duration.ofMillis(50));
                if (ending != null) {
                    return new WorkFailedException(ending.failureClass(), ending.reason(), e);
                }
            }
        } while (!followers.isEmpty() && System.nanoTime() - until < 0);
        String words = e instanceof UncheckedIOException && e.getCause() != null
                ? e.getMessage() + ": " + e.getCause().getMessage()
                : String.valueOf(e.getMessage());
        return new WorkFailedException(
                FailureClass.PLATFORM,
                otherwise + "the " + compute.ranks() + " ranks lost each other: "
                        + AT_SOURCE
                                .matcher(words.lines().findFirst().orElse(e.toString()))
                                .replaceFirst(""),
                e);
    }

    /** The group, with failures in words. */
    private final class Exchange implements Ranks {
        private final RankGroup ranks;

        private Exchange(RankGroup ranks) {
            this.ranks = ranks;
        }

        @Override
        public int rank() {
            return ranks.rank();
        }

        @Override
        public int size() {
            return ranks.size();
        }

        @Override
        public void sum(Tensor tensor) {
            exchange(() -> ranks.sum(tensor));
        }

        @Override
        public void broadcast(Tensor tensor) {
            exchange(() -> ranks.broadcast(tensor));
        }

        private void exchange(Runnable exchange) {
            long begun = System.nanoTime();
            try {
                exchange.run();
            } catch (RuntimeException e) {
                boolean waited = System.nanoTime() - begun >= timeout.toNanos();
                throw failed(e, waited ? "a rank hangs: after " + timeout.toSeconds() + " s " : "");
            }
        }
    }
}
