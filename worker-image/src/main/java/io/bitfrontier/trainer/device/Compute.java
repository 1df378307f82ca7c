package io.bitfrontier.trainer.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;

/**
 * What a worker computes with. The bits of a training depend on all of it.
 *
 * @param device of the first rank; further ranks take the GPUs behind it, or share the processor
 * @param threads of an operation on the processor
 * @param ranks processes that train one model together; 1 for one alone
 */
public record Compute(ComputeDevice device, int threads, int ranks) {
    /** Read by cuBLAS; without it matrix products on a GPU may differ from run to run. */
    static final String WORKSPACE = "CUBLAS_WORKSPACE_CONFIG";

    private static final Set<String> WORKSPACES = Set.of(":4096:8", ":16:8");

    /** One process on the processor. */
    public static Compute onCpu(int threads) {
        return new Compute(ComputeDevice.CPU, threads, 1);
    }

    /** In the words of an attempt. */
    public String describe(Machine machine) {
        return machine.describe(device, threads, ranks);
    }

    /**
     * What keeps this machine from computing so; all of it.
     *
     * @param environment of this process
     */
    public List<String> violations(Machine machine, Map<String, String> environment) {
        List<String> found = new ArrayList<>();
        if (!device.isCuda()) {
            return found;
        }
        if (!machine.isGpuBuild()) {
            found.add("the device is " + device
                    + ", but this build's LibTorch knows the processor alone: build with -Pgpu");
        }
        int needed = device.index() + ranks;
        if (machine.gpus() < needed) {
            found.add("the device is " + device + " with " + ranks + " ranks, which needs " + needed + " GPUs, but "
                    + machine.gpus() + " can be opened");
        }
        String workspace = environment.getOrDefault(WORKSPACE, "");
        if (!WORKSPACES.contains(workspace)) {
            found.add(WORKSPACE + " is '" + workspace
                    + "', it must be :4096:8 or :16:8, or a GPU does not repeat its bits");
        }
        return found;
    }

    /** Sets LibTorch up in this process so that it repeats its bits; fp32 stays fp32. Nothing to do on the processor. */
    public void settle() {
        if (!device.isCuda()) {
            return;
        }
        Context context = torch.globalContext();
        context.setDeterministicAlgorithms(true, false);
        context.setDeterministicCuDNN(true);
        context.setBenchmarkCuDNN(false);
        context.setAllowTF32CuBLAS(false);
        context.setAllowTF32CuDNN(false);
    }
}
