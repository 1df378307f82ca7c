package io.bitfrontier.trainer;

import io.bitfrontier.trainer.data.TokenSources;
import io.bitfrontier.trainer.device.Compute;
import io.bitfrontier.trainer.eval.Evaluation;
import io.bitfrontier.trainer.ranks.RankLauncher;
import io.bitfrontier.trainer.ranks.RankTeam;
import io.bitfrontier.trainer.report.WorkerConfiguration;
import io.bitfrontier.trainer.train.Checkpoints;
import io.bitfrontier.trainer.train.Follower;
import io.bitfrontier.trainer.train.LocalExecutor;
import io.bitfrontier.trainer.train.Quantization;
import io.bitfrontier.trainer.train.Team;
import io.bitfrontier.trainer.train.Trainer;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;

/** The trainer's parts put together as they are shipped. */
public final class Assembly {
    private static final RankLauncher LAUNCHER =
            new RankLauncher(Main.class.getName(), Set.of(WorkerProtocol.ENV_WORKER_TOKEN));

    private Assembly() {}

    /** The executor of one process, or of the rank that leads the others. */
    public static LocalExecutor executor(Compute compute) {
        return executor(compute, WorkerConfiguration.RANK_TIMEOUT);
    }

    /** @param rankTimeout for which ranks wait for the slowest of them */
    static LocalExecutor executor(Compute compute, Duration rankTimeout) {
        settle(compute);
        Quantization quantization = Quantization.on(compute);
        Checkpoints checkpoints = new Checkpoints(quantization, compute.device());
        Team team = compute.ranks() == 1 ? Team.ALONE : new RankTeam(compute, LAUNCHER, rankTimeout);
        Trainer trainer = new Trainer(checkpoints, quantization, TokenSources::open, Clock.systemUTC(), team);
        return new LocalExecutor(trainer, new Evaluation(checkpoints)::evaluate);
    }

    /** What a further rank does. */
    static Follower follower(Compute compute) {
        settle(compute);
        return new Follower(Quantization.on(compute), TokenSources::open, compute.device());
    }

    private static void settle(Compute compute) {
        LocalExecutor.useThreads(compute.threads());
        compute.settle();
    }
}
