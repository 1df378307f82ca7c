package io.bitfrontier.trainer.train;

import io.bitfrontier.trainer.device.Compute;
import io.bitfrontier.trainer.device.ComputeDevice;
import io.bitfrontier.trainer.device.Machine;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code train SPEC --out DIR}: trains one point without a service. Exit codes: 0 done, 1 failed, 2 the specification is wrong,
 * 75 asked to leave (a checkpoint is written; the same command goes on from it).
 */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = "Trains one point into a directory, without a service; goes on from the newest checkpoint there.")
public final class TrainCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int WRONG_SPECIFICATION = 2;
    private static final int GRACE_SECONDS = 25;

    private final Map<String, String> environment;
    private final Function<Compute, ? extends WorkExecutor> executors;
    private volatile TrainingMonitor.Directive directive = TrainingMonitor.Directive.CONTINUE;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec command;

    @Parameters(
            index = "0",
            paramLabel = "SPEC",
            description = "YAML: model, tokens, precision, scheme, quantizer, "
                    + "seed, data, training, evaluate, as in a sweep but one value each.")
    @SuppressWarnings("NullAway.Init")
    private Path specification;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Where states, metrics.csv and result.json go.")
    @SuppressWarnings("NullAway.Init")
    private Path out;

    @Option(
            names = "--threads",
            defaultValue = "1",
            description =
                    "Threads for one operation (default: ${DEFAULT-VALUE}); the last bits of a result depend on it.")
    private int threads = 1;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            description = "What to compute on: " + ComputeDevice.CHOICES + " (default: ${DEFAULT-VALUE}); bits differ.")
    private String device = "auto";

    @Option(
            names = "--ranks",
            defaultValue = "1",
            description = "Processes that train together, each on a GPU of its own or all on the processor"
                    + " (default: ${DEFAULT-VALUE}).")
    private int ranks = 1;

    @Option(
            names = "--checkpoint-seconds",
            defaultValue = "60",
            description = "Time between checkpoints on the way (default: ${DEFAULT-VALUE}).")
    private long checkpointSeconds = 60;

    /** @param executors the trainer for what it is to compute with */
    public TrainCommand(Map<String, String> environment, Function<Compute, ? extends WorkExecutor> executors) {
        this.environment = environment;
        this.executors = executors;
    }

    @Override
    public Integer call() {
        PrintWriter errors = command.commandLine().getErr();
        requireAtLeastOne("--threads", threads);
        requireAtLeastOne("--ranks", ranks);
        requireAtLeastOne("--checkpoint-seconds", checkpointSeconds);
        Compute compute = compute();
        TrainSpecification parsed;
        try {
            parsed = TrainSpecificationReader.read(Files.readString(specification));
        } catch (IOException e) {
            errors.println(specification + " cannot be read: " + e);
            return WRONG_SPECIFICATION;
        } catch (TrainSpecificationReader.Invalid e) {
            e.violations().forEach(violation -> errors.println(specification + ": " + violation));
            return WRONG_SPECIFICATION;
        }
        CompletableFuture<Integer> code = new CompletableFuture<>();
        Thread leave = new Thread(() -> leave(code), "leave");
        Runtime.getRuntime().addShutdownHook(leave);
        try {
            code.complete(train(parsed, compute, errors));
        } finally {
            code.complete(FAILED);
            removeHook(leave);
        }
        return code.join();
    }

    private Compute compute() {
        Machine machine = Machine.here();
        Compute compute = ComputeDevice.choose(device, machine)
                .map(chosen -> new Compute(chosen, threads, ranks))
                .orElseThrow(() -> wrong("--device is " + device + ", must be " + ComputeDevice.CHOICES));
        List<String> violations = compute.violations(machine, environment);
        if (!violations.isEmpty()) {
            throw wrong(String.join("; ", violations));
        }
        return compute;
    }

    private int train(TrainSpecification parsed, Compute compute, PrintWriter errors) {
        try {
            PrintWriter terminal = command.commandLine().getOut();
            new StandaloneRun(parsed, out, checkpointSeconds, executors.apply(compute), terminal, () -> directive)
                    .run();
            return WorkerProtocol.EXIT_DONE;
        } catch (WorkInterruptedException e) {
            errors.println("left on request; the same command goes on from the last checkpoint");
            return WorkerProtocol.EXIT_PREEMPTED;
        } catch (WorkFailedException e) {
            errors.println(e.failureClass() + ": " + e.getMessage());
            return FAILED;
        } catch (IOException e) {
            errors.println(out + " cannot be written: " + e);
            return FAILED;
        }
    }

    /** Ctrl-C and SIGTERM: the loop writes a checkpoint first. A process on its way out takes no exit code but by halting. */
    private void leave(CompletableFuture<Integer> code) {
        directive = TrainingMonitor.Directive.CHECKPOINT_AND_LEAVE;
        int exit = code.completeOnTimeout(WorkerProtocol.EXIT_PREEMPTED, GRACE_SECONDS, TimeUnit.SECONDS)
                .join();
        Runtime.getRuntime().halt(exit);
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is on its way out and the hook is running.
        }
    }

    private void requireAtLeastOne(String option, long value) {
        if (value < 1) {
            throw wrong(option + " is " + value + ", at least 1 is needed");
        }
    }

    private CommandLine.ParameterException wrong(String what) {
        return new CommandLine.ParameterException(command.commandLine(), what);
    }
}
