package io.bitfrontier.trainer.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComputeDeviceTest {
    @TempDir
    private Path root;

    @Test
    void aDeviceIsChosenByName() {
        Machine plain = new Machine(root, false);
        assertThat(ComputeDevice.choose("cpu", plain)).contains(ComputeDevice.CPU);
        assertThat(ComputeDevice.choose("cuda", plain)).contains(ComputeDevice.cuda(0));
        assertThat(ComputeDevice.choose("cuda:3", plain)).contains(ComputeDevice.cuda(3));
        assertThat(ComputeDevice.choose("gpu", plain)).isEmpty();
        assertThat(ComputeDevice.choose("cuda:", plain)).isEmpty();
        assertThat(ComputeDevice.cuda(3)).hasToString("cuda:3");
    }

    @Test
    void autoTakesAGpuOnlyWithTheLibrariesForIt() throws IOException {
        assertThat(ComputeDevice.choose("auto", new Machine(root, true))).contains(ComputeDevice.CPU);
        twoGpus();
        assertThat(ComputeDevice.choose("auto", new Machine(root, true))).contains(ComputeDevice.cuda(0));
        assertThat(ComputeDevice.choose("auto", new Machine(root, false))).contains(ComputeDevice.CPU);
    }

    @Test
    void theWordsNameModelThreadsAndRanks() throws IOException {
        Files.createDirectories(root.resolve("proc"));
        Files.writeString(
                root.resolve("proc/cpuinfo"), "processor\t: 0\nmodel name\t: AMD EPYC  9654\nmodel name\t: other\n");
        twoGpus();
        Machine machine = new Machine(root, true);

        assertThat(machine.describe(ComputeDevice.CPU, 1, 1)).isEqualTo("cpu: AMD EPYC 9654, 1 thread");
        assertThat(machine.describe(ComputeDevice.CPU, 4, 2)).isEqualTo("2 × cpu: AMD EPYC 9654, 4 threads");
        assertThat(machine.describe(ComputeDevice.cuda(1), 4, 2)).isEqualTo("2 × cuda: NVIDIA H200");
        assertThat(machine.gpus()).isEqualTo(2);
    }

    @Test
    void aMachineThatSaysNothingIsNamedByItsArchitecture() {
        assertThat(new Machine(root, false).describe(ComputeDevice.CPU, 1, 1))
                .isEqualTo("cpu: " + System.getProperty("os.arch") + ", 1 thread");
        assertThat(new Machine(root, false).gpus()).isZero();
    }

    private void twoGpus() throws IOException {
        Files.createDirectories(root.resolve("dev"));
        for (int i = 0; i < 2; i++) {
            Files.createFile(root.resolve("dev/nvidia" + i));
            Path gpu = Files.createDirectories(root.resolve("proc/driver/nvidia/gpus/000" + i));
            Files.writeString(gpu.resolve("information"), "Model: \t\t NVIDIA H200\nIRQ: 24\n");
        }
        Files.createFile(root.resolve("dev/nvidiactl"));
    }
}
