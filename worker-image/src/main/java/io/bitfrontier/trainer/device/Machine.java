package io.bitfrontier.trainer.device;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What this machine has to compute on, as Linux tells it; no native library is loaded for it. */
public final class Machine {
    private static final String GPU_LIBRARIES = "org/bytedeco/pytorch/linux-x86_64-gpu/";
    private static final String GPU_BINDINGS = "libjnitorch_cuda.so";
    private static final String UNKNOWN_GPU = "NVIDIA GPU";

    private final Path root;
    private final boolean gpuBuild;

    /**
     * @param root where {@code dev} and {@code proc} are
     * @param gpuBuild whether LibTorch's GPU libraries are on the class path
     */
    Machine(Path root, boolean gpuBuild) {
        this.root = root;
        this.gpuBuild = gpuBuild;
    }

    /** This machine, with this class path and library path: images have native libraries in a directory instead of in jars. */
    public static Machine here() {
        boolean inJars = Machine.class.getClassLoader().getResource(GPU_LIBRARIES + GPU_BINDINGS) != null;
        boolean inDirectory = Stream.of(
                        System.getProperty("java.library.path", "").split(File.pathSeparator))
                .anyMatch(directory -> Files.exists(Path.of(directory, GPU_BINDINGS)));
        return new Machine(Path.of("/"), inJars || inDirectory);
    }

    /** GPUs that this process may open. */
    public int gpus() {
        int found = 0;
        try (DirectoryStream<Path> devices = Files.newDirectoryStream(root.resolve("dev"), "nvidia[0-9]*")) {
            for (Path device : devices) {
                found += Files.isReadable(device) ? 1 : 0;
            }
        } catch (IOException e) {
            return 0;
        }
        return found;
    }

    /** Whether there is a GPU and LibTorch for it. */
    public boolean canUseGpus() {
        return gpuBuild && gpus() > 0;
    }

    /** Whether LibTorch for GPUs is on the class path. */
    public boolean isGpuBuild() {
        return gpuBuild;
    }

    /**
     * The device in the words of an attempt: bits and throughput are comparable where the words are the same.
     *
     * @param threads of an operation on the processor
     * @param ranks processes that train one model together
     */
    public String describe(ComputeDevice device, int threads, int ranks) {
        String one =
                switch (device.kind()) {
                    case CPU -> "cpu: " + processor() + ", " + threads + (threads == 1 ? " thread" : " threads");
                    case CUDA -> "cuda: " + gpuModel();
                };
        return ranks == 1 ? one : ranks + " × " + one;
    }

    private String processor() {
        try (Stream<String> lines = Files.lines(root.resolve("proc/cpuinfo"))) {
            Optional<String> model = lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip().replaceAll("\\s+", " "))
                    .findFirst();
            return model.filter(name -> !name.isEmpty()).orElseGet(Machine::architecture);
        } catch (IOException | UncheckedIOException e) {
            return architecture();
        }
    }

    private static String architecture() {
        return System.getProperty("os.arch", "unknown").toLowerCase(Locale.ROOT);
    }

    /** As the driver names it; machines with several kinds of GPU name them all. */
    private String gpuModel() {
        TreeSet<String> models = new TreeSet<>();
        try (DirectoryStream<Path> gpus = Files.newDirectoryStream(root.resolve("proc/driver/nvidia/gpus"))) {
            for (Path gpu : gpus) {
                try (Stream<String> lines = Files.lines(gpu.resolve("information"))) {
                    lines.filter(line -> line.startsWith("Model:"))
                            .map(line -> line.substring("Model:".length()).strip())
                            .forEach(models::add);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            return UNKNOWN_GPU;
        }
        return models.isEmpty() ? UNKNOWN_GPU : models.stream().collect(Collectors.joining(" or "));
    }
}
