package io.bitfrontier.trainer.train;

import io.bitfrontier.trainer.data.TokenSource;
import io.bitfrontier.trainer.data.TokenSourceFactory;
import io.bitfrontier.trainer.quant.WeightQuantizer;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Brings trajectories to states. Keeps the last state it stored in memory, so that work which goes on from there loads nothing;
 * the bits are the same either way. Not thread-safe.
 */
public final class Trainer implements AutoCloseable {
    private final Checkpoints checkpoints;
    private final Quantization quantization;
    private final TokenSourceFactory sources;
    private final Clock clock;
    private final Team team;
    private @Nullable Held held;

    private record Held(TrainingState state, StoredCheckpoint checkpoint) {}

    /** A trainer that trains alone. */
    public Trainer(Checkpoints checkpoints, Quantization quantization, TokenSourceFactory sources, Clock clock) {
        this(checkpoints, quantization, sources, clock, Team.ALONE);
    }

    /** @param team the ranks that this trainer leads */
    public Trainer(
            Checkpoints checkpoints, Quantization quantization, TokenSourceFactory sources, Clock clock, Team team) {
        this.checkpoints = checkpoints;
        this.quantization = quantization;
        this.sources = sources;
        this.clock = clock;
        this.team = team;
    }

    /** The state that is still in memory, for a claim that prefers to go on from it. */
    public Optional<StoredCheckpoint> holding() {
        return Optional.ofNullable(held).map(Held::checkpoint);
    }

    /**
     * Trains from {@code work.resume()}, else {@code work.from()}, else fresh weights, to {@code work.toTokens()}.
     *
     * @return the stored state, in a new directory below {@code directory}
     * @throws WorkFailedException USER if the specification cannot work, DIVERGENCE if loss or gradient is not finite, PLATFORM
     *     if a checkpoint cannot be read or written
     * @throws WorkInterruptedException if the monitor asked to end
     */
    public StoredCheckpoint train(TrainWork work, Path directory, TrainingMonitor monitor) {
        requirePossible(work);
        TrainingState state = begin(work, monitor);
        try {
            monitor.started(state.progress().tokens());
            if (state.progress().tokens() < work.toTokens()) {
                run(state, work, directory, monitor);
            }
            StoredCheckpoint stored = checkpoints.store(state, directory, monitor::mayWrite);
            held = new Held(state, stored);
            return stored;
        } catch (RuntimeException | Error e) {
            state.close();
            throw e;
        }
    }

    private void run(TrainingState state, TrainWork work, Path directory, TrainingMonitor monitor) {
        TrajectorySpec trajectory = state.trajectory();
        TokenSource source = sources.open(trajectory.data(), trajectory.seed(), trajectory.sequenceLength());
        if (source.vocab() > trajectory.model().vocab()) {
            throw user("the data has " + source.vocab() + " token ids, the model's vocab is "
                    + trajectory.model().vocab());
        }
        boolean orderly = false;
        try {
            Ranks ranks = team.begin(new Team.Task(trajectory, state.progress()));
            state.tensors().forEach(ranks::broadcast);
            try (TrainingStep step = new TrainingStep(state, quantization, source, ranks);
                    Turns turns = new Turns(ranks, state.device())) {
                new TrainingLoop(state, step, turns, work, directory, monitor, checkpoints, clock).run();
            }
            team.end();
            orderly = true;
        } finally {
            if (!orderly) {
                team.abort();
            }
        }
    }

    private TrainingState begin(TrainWork work, TrainingMonitor monitor) {
        TrajectorySpec trajectory = work.trajectory();
        WeightQuantizer quantizer = quantization.of(trajectory.quantizer());
        StoredCheckpoint checkpoint = work.resume() != null ? work.resume() : work.from();
        if (checkpoint == null) {
            release();
            if (trajectory.start() != null) {
                throw platform("the trajectory starts from " + trajectory.start() + ", but the work names no state");
            }
            monitor.log("fresh weights by seed " + trajectory.seed());
            return TrainingState.fresh(trajectory, quantizer, checkpoints.device());
        }
        TrainingState loaded = take(checkpoint, monitor);
        if (loaded.trajectory().fingerprint().equals(trajectory.fingerprint())) {
            return requireBefore(loaded, work);
        }
        try (loaded) {
            return requireBefore(loaded.branch(trajectory, quantizer), work);
        }
    }

    private TrainingState take(StoredCheckpoint checkpoint, TrainingMonitor monitor) {
        Held last = held;
        if (last != null && last.checkpoint().sha256().equals(checkpoint.sha256())) {
            held = null;
            monitor.log("going on from the state in memory at " + checkpoint.tokens() + " tokens");
            return last.state();
        }
        release();
        monitor.log("loading " + checkpoint.uri() + " at " + checkpoint.tokens() + " tokens");
        return checkpoints.load(checkpoint);
    }

    private static TrainingState requireBefore(TrainingState state, TrainWork work) {
        long tokens = state.progress().tokens();
        if (tokens > work.toTokens() || (work.resume() == null && tokens != work.fromTokens())) {
            state.close();
            throw platform("the state stands at " + tokens + " tokens, the work goes from " + work.fromTokens() + " to "
                    + work.toTokens());
        }
        return state;
    }

    private static void requirePossible(TrainWork work) {
        TrajectorySpec trajectory = work.trajectory();
        if (trajectory.numerics() != TrajectorySpec.NUMERICS) {
            throw platform("the work asks for numerics version " + trajectory.numerics() + ", this worker computes "
                    + TrajectorySpec.NUMERICS);
        }
        List<String> violations = new ArrayList<>(trajectory.model().violations());
        int sequence = trajectory.sequenceLength();
        int batch = trajectory.batchTokens();
        if (sequence < 1) {
            violations.add("sequenceLength is " + sequence + ", at least 1 is needed");
        } else if (batch < sequence || batch % sequence != 0) {
            violations.add("batchTokens is " + batch + ", not a multiple of sequenceLength = " + sequence);
        } else if (trajectory.microBatches() < 1 || trajectory.microBatches() > batch / sequence) {
            violations.add("microBatches is " + trajectory.microBatches() + ", must be 1 to the " + batch / sequence
                    + " sequences of a batch");
        } else if ((work.toTokens() - trajectory.startTokens()) % batch != 0) {
            violations.add("toTokens is " + work.toTokens() + ", not a whole number of batches of " + batch
                    + " after the start at " + trajectory.startTokens());
        } else if (trajectory.startTokens() % sequence != 0) {
            violations.add("the start at " + trajectory.startTokens() + " tokens is not a multiple of sequenceLength = "
                    + sequence);
        }
        if (!violations.isEmpty()) {
            throw user(String.join("; ", violations));
        }
    }

    private static WorkFailedException user(String message) {
        return new WorkFailedException(FailureClass.USER, message, null);
    }

    private static WorkFailedException platform(String message) {
        return new WorkFailedException(FailureClass.PLATFORM, message, null);
    }

    private void release() {
        Held last = held;
        held = null;
        if (last != null) {
            last.state().close();
        }
    }

    @Override
    public void close() {
        team.close();
        release();
    }
}
