package io.bitfrontier.trainer.train;

import io.bitfrontier.trainer.data.UnusableDataException;
import io.bitfrontier.trainer.device.NativeLibraries;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.EvaluateWork;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import io.bitfrontier.vocabulary.work.EvaluationResult;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.global.torch;

/** Trains and evaluates in this process, on this thread. Says of every failure who must act. */
public final class LocalExecutor implements WorkExecutor, AutoCloseable {
    private final Trainer trainer;
    private final StateEvaluator evaluator;

    public LocalExecutor(Trainer trainer, StateEvaluator evaluator) {
        this.trainer = trainer;
        this.evaluator = evaluator;
    }

    /** Loads LibTorch, and sets the threads that it uses for one operation in the whole process. Bits depend on them. */
    public static void useThreads(int threads) {
        NativeLibraries.load();
        torch.set_num_threads(threads);
    }

    /** The state that is still in memory: work that goes on from it loads nothing. */
    public Optional<StoredCheckpoint> holding() {
        return trainer.holding();
    }

    @Override
    public StoredCheckpoint train(TrainWork work, Path directory, TrainingMonitor monitor) {
        return classified(() -> trainer.train(work, directory, monitor));
    }

    @Override
    public EvaluationResult evaluate(EvaluateWork work, TrainingMonitor monitor) {
        return classified(() -> evaluator.evaluate(work, monitor));
    }

    private static <T> T classified(Supplier<T> work) {
        try {
            return work.get();
        } catch (WorkFailedException | WorkInterruptedException e) {
            throw e;
        } catch (UnusableDataException e) {
            throw new WorkFailedException(FailureClass.USER, firstLine(e), e);
        } catch (OutOfMemoryError e) {
            throw new WorkFailedException(FailureClass.OUT_OF_MEMORY, "the Java heap is full: " + firstLine(e), e);
        } catch (RuntimeException e) {
            boolean memory = MemoryExhaustion.isTheCauseOf(e);
            throw new WorkFailedException(memory ? FailureClass.OUT_OF_MEMORY : FailureClass.PLATFORM, firstLine(e), e);
        }
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString());
    }

    @Override
    public void close() {
        trainer.close();
    }
}
