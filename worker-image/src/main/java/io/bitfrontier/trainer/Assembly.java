package io.bitfrontier.trainer;

import io.bitfrontier.trainer.data.TokenSources;
import io.bitfrontier.trainer.eval.Evaluation;
import io.bitfrontier.trainer.quant.CpuKernel;
import io.bitfrontier.trainer.quant.Quantizers;
import io.bitfrontier.trainer.train.Checkpoints;
import io.bitfrontier.trainer.train.LocalExecutor;
import io.bitfrontier.trainer.train.Quantization;
import io.bitfrontier.trainer.train.Trainer;
import java.time.Clock;

/** The trainer's parts put together as they are shipped. */
public final class Assembly {
    private Assembly() {}

    /** @param threads that LibTorch and the quantizer kernel may use; bits depend on it */
    public static LocalExecutor executor(int threads) {
        LocalExecutor.useThreads(threads);
        Quantization quantization = new Quantization(Quantizers::of, new CpuKernel(threads));
        Checkpoints checkpoints = new Checkpoints(quantization);
        Trainer trainer = new Trainer(checkpoints, quantization, TokenSources::open, Clock.systemUTC());
        return new LocalExecutor(trainer, new Evaluation(checkpoints)::evaluate);
    }
}
