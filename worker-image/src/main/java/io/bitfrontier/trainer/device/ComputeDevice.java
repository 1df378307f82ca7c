package io.bitfrontier.trainer.device;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * Where tensors live: {@code cpu}, or {@code cuda:0} and so on.
 *
 * @param index of the GPU, from 0; 0 for the processor
 */
public record ComputeDevice(Kind kind, int index) {
    /** The processor. */
    public static final ComputeDevice CPU = new ComputeDevice(Kind.CPU, 0);
    /** What {@link #choose} understands. */
    public static final String CHOICES = "cpu, cuda, cuda:N or auto";

    private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,3}))?");

    /** Kinds of devices. */
    public enum Kind {
        CPU,
        CUDA
    }

    /** A GPU by its number. */
    public static ComputeDevice cuda(int index) {
        return new ComputeDevice(Kind.CUDA, index);
    }

    /**
     * The device of this name; {@code auto} is the first GPU where the machine has one and this build can use it, else the
     * processor.
     *
     * @return empty where the text is none of {@value #CHOICES}
     */
    public static Optional<ComputeDevice> choose(String text, Machine machine) {
        String name = text.strip();
        if (name.equals("auto")) {
            return Optional.of(machine.canUseGpus() ? cuda(0) : CPU);
        }
        if (name.equals("cpu")) {
            return Optional.of(CPU);
        }
        Matcher matcher = CUDA.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(cuda(matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1))));
    }

    /** Zeros, (size) float32. */
    public Tensor zeros(long size) {
        return isCuda() ? torch.zeros(new long[] {size}, options()) : torch.zeros(size);
    }

    /** The tensor itself where it is here already, else a copy that is; the caller's scope owns it. */
    public Tensor place(Tensor tensor) {
        return isCuda() ? tensor.to(options(), false, false, new MemoryFormatOptional()) : tensor;
    }

    private TensorOptions options() {
        return new TensorOptions(new Device(toString()));
    }

    public boolean isCuda() {
        return kind == Kind.CUDA;
    }

    /** The device of a rank: GPUs are counted on from this one, the processor is shared. */
    public ComputeDevice ofRank(int rank) {
        return isCuda() ? cuda(index + rank) : this;
    }

    @Override
    public String toString() {
        return isCuda() ? "cuda:" + index : "cpu";
    }
}
