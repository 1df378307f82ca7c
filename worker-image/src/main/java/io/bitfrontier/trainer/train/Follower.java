package io.bitfrontier.trainer.train;

import io.bitfrontier.trainer.data.TokenSource;
import io.bitfrontier.trainer.data.TokenSourceFactory;
import io.bitfrontier.trainer.device.ComputeDevice;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import org.bytedeco.javacpp.PointerScope;

/** Takes part in another rank's training: gets the state from the leader, steps while told to, keeps and stores nothing. */
public final class Follower {
    private final Quantization quantization;
    private final TokenSourceFactory sources;
    private final ComputeDevice device;

    public Follower(Quantization quantization, TokenSourceFactory sources, ComputeDevice device) {
        this.quantization = quantization;
        this.sources = sources;
        this.device = device;
    }

    /**
     * Follows one piece of work to its end. A divergence ends it too: the leader has seen the same bits, and reports it.
     *
     * @throws WorkFailedException if this rank cannot go on
     */
    public void follow(Team.Task task, Ranks ranks) {
        TrajectorySpec trajectory = task.trajectory();
        TokenSource source = sources.open(trajectory.data(), trajectory.seed(), trajectory.sequenceLength());
        try (TrainingState state = new TrainingState(trajectory, device);
                Turns turns = new Turns(ranks, device)) {
            state.progress(task.progress());
            try (PointerScope scope = new PointerScope()) {
                state.tensors().forEach(ranks::broadcast);
            }
            try (TrainingStep step = new TrainingStep(state, quantization, source, ranks)) {
                while (turns.heard()) {
                    step.run();
                }
            }
        } catch (WorkFailedException e) {
            if (e.failureClass() != FailureClass.DIVERGENCE) {
                throw e;
            }
        }
    }
}
