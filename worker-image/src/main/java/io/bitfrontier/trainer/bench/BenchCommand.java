package io.bitfrontier.trainer.bench;

import io.bitfrontier.trainer.bench.BenchResult.Machine;
import io.bitfrontier.trainer.device.Compute;
import io.bitfrontier.trainer.device.ComputeDevice;
import io.bitfrontier.trainer.train.LocalExecutor;
import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code bench}: how fast this machine trains, as ratios within one run. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description =
                "Measure training on this machine: against its own matrix multiplication, against full precision and,"
                        + " given a Python that has torch, against PyTorch.")
public final class BenchCommand implements Callable<Integer> {
    /** What can be measured. */
    enum Section {
        memory,
        step,
        qat,
        torch,
        kernels,
        device;

        /** Those that measure the processor: sgemm, resident memory, the kernels for it, a PyTorch on it. */
        boolean needsProcessor() {
            return this != qat && this != device;
        }
    }

    private static final int LEAST_MEMORY_STEPS = 100;

    private final Map<String, String> environment;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--threads", description = "Threads of LibTorch, PyTorch and the kernels; default: all processors.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--model", description = "Catalog model; may be repeated. Default: tiny-7M and tiny-1M.")
    private List<String> models = new ArrayList<>();

    @Option(names = "--precision", split = ",", description = "Bit widths below 16; default: 1,1.58,2,3,4.")
    private List<String> precisions = List.of("1", "1.58", "2", "3", "4");

    @Option(
            names = "--device",
            description = "What to train on: " + ComputeDevice.CHOICES + "; default: ${DEFAULT-VALUE}. On a GPU the"
                    + " sections qat and device run.")
    private String device = "cpu";

    @Option(names = "--rounds", description = "Pairs of blocks per comparison; default: ${DEFAULT-VALUE}.")
    private int rounds = 9;

    @Option(names = "--block-seconds", description = "Least duration of a block; default: ${DEFAULT-VALUE}.")
    private double blockSeconds = 0.5;

    @Option(names = "--only", split = ",", description = "Sections to run: ${COMPLETION-CANDIDATES}; default: all.")
    private Set<Section> only = EnumSet.allOf(Section.class);

    @Option(names = "--python", description = "Python interpreter with torch; without it that section is left out.")
    private @Nullable Path python;

    @Option(names = "--memory-steps", description = "Steps of the memory section; default: ${DEFAULT-VALUE}.")
    private int memorySteps = 3000;

    @Option(names = "--memory-model", description = "Model of the memory section; default: ${DEFAULT-VALUE}.")
    private String memoryModel = "tiny-17k";

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    /** @param environment read for the threading layer of MKL, which the report names */
    public BenchCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        List<ModelCatalog.Entry> entries = (models.isEmpty() ? List.of("tiny-7M", "tiny-1M") : models)
                .stream().map(this::model).toList();
        ModelCatalog.Entry remembered = model(memoryModel);
        atLeast("--threads", threads, 1);
        atLeast("--rounds", rounds, 1);
        atLeast("--memory-steps", memorySteps, LEAST_MEMORY_STEPS);
        if (!(blockSeconds > 0)) {
            throw new ParameterException(
                    command().commandLine(), "--block-seconds is " + blockSeconds + ", it must be above 0");
        }
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        Compute compute = compute();
        LocalExecutor.useThreads(threads);
        PrintWriter err = command().commandLine().getErr();
        Sections sections = new Sections(compute, rounds, blockSeconds, quantized(), line -> {
            err.println(line);
            err.flush();
        });
        // memory first: what later sections load would hide its growth
        BenchResult.Memory memory =
                only.contains(Section.memory) ? sections.memory(remembered, Precision.TWO, memorySteps) : null;
        List<BenchResult.StepRate> steps = new ArrayList<>();
        List<BenchResult.QatOverhead> overheads = new ArrayList<>();
        List<BenchResult.Peer> peers = new ArrayList<>();
        List<BenchResult.Agreement> agreements = new ArrayList<>();
        for (ModelCatalog.Entry entry : entries) {
            if (only.contains(Section.device)) {
                agreements.addAll(sections.agreements(entry));
            }
            if (only.contains(Section.step)) {
                steps.addAll(sections.steps(entry));
            }
            if (only.contains(Section.qat)) {
                overheads.addAll(sections.overheads(entry));
            }
            if (only.contains(Section.torch) && python != null) {
                peers.addAll(sections.peers(entry, python));
            }
        }
        BenchResult result = new BenchResult(
                machine(),
                load,
                rounds,
                memory,
                steps,
                overheads,
                peers,
                agreements,
                only.contains(Section.kernels) ? sections.kernels() : List.of());
        PrintWriter out = command().commandLine().getOut();
        out.println(json ? asJson(result) : BenchText.of(result));
        out.flush();
        return 0;
    }

    /** As asked for; sections that only a processor can do are left out on a GPU. */
    private Compute compute() {
        io.bitfrontier.trainer.device.Machine here = io.bitfrontier.trainer.device.Machine.here();
        Compute compute = ComputeDevice.choose(device, here)
                .map(chosen -> new Compute(chosen, threads, 1))
                .orElseThrow(() -> new ParameterException(
                        command().commandLine(), "--device is " + device + ", must be " + ComputeDevice.CHOICES));
        List<String> violations = compute.violations(here, environment);
        if (!violations.isEmpty()) {
            throw new ParameterException(command().commandLine(), String.join("; ", violations));
        }
        if (compute.device().isCuda()) {
            only = EnumSet.copyOf(only);
            only.removeIf(Section::needsProcessor);
        } else if (only.size() == Section.values().length) {
            only = EnumSet.complementOf(EnumSet.of(Section.device));
        }
        return compute;
    }

    private static String asJson(BenchResult result) {
        return JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsString(result);
    }

    private ModelCatalog.Entry model(String name) {
        return ModelCatalog.byName(name)
                .orElseThrow(() -> new ParameterException(
                        command().commandLine(),
                        "there is no model '" + name + "', only "
                                + ModelCatalog.entries().stream()
                                        .map(ModelCatalog.Entry::name)
                                        .toList()));
    }

    private List<Precision> quantized() {
        return precisions.stream()
                .map(label -> Precision.parse(label)
                        .filter(precision -> !precision.isFull())
                        .orElseThrow(() -> new ParameterException(
                                command().commandLine(),
                                "--precision is '" + label + "', not one of 1, 1.58, 2, 3, 4")))
                .toList();
    }

    private void atLeast(String option, int value, int least) {
        if (value < least) {
            throw new ParameterException(
                    command().commandLine(), option + " is " + value + ", at least " + least + " is needed");
        }
    }

    private CommandSpec command() {
        if (spec == null) {
            throw new IllegalStateException("not called through picocli");
        }
        return spec;
    }

    private Machine machine() throws IOException {
        String processor;
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            processor = lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown processor");
        }
        String layer = environment.getOrDefault("MKL_THREADING_LAYER", "not set");
        int cores = Runtime.getRuntime().availableProcessors();
        return new Machine(processor, cores, threads, Runtime.version().toString(), layer);
    }
}
