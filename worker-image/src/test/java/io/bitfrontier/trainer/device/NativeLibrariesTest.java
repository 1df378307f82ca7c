package io.bitfrontier.trainer.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibrariesTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    private final AtomicInteger loads = new AtomicInteger();

    /** Loads in a process of its own, and uses what it has loaded. */
    static final class Loading {
        private Loading() {}

        public static void main(String[] arguments) {
            NativeLibraries.load();
            torch.set_num_threads(1);
            System.out.println("threads " + torch.get_num_threads());
        }
    }

    @Test
    void processesThatStartAtOnceWithAnEmptyFolderAllLoad() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx256m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-Dorg.bytedeco.openblas.load=mkl_rt",
                            "-Dorg.bytedeco.javacpp.cachedir=" + folder,
                            "-cp",
                            System.getProperty("java.class.path"),
                            Loading.class.getName())
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start());
        }
        for (Process process : processes) {
            String said = new String(process.getInputStream().readAllBytes());
            assertThat(process.waitFor()).as(said).isZero();
            assertThat(said).contains("threads 1");
        }
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .filteredOn(name -> name.startsWith("loaded-"))
                    .hasSize(1);
        }
    }

    @Test
    void onlyTheFirstLoadIsTakenInTurn() throws IOException {
        libraries("a", LONG).loadInTurn();
        // Nobody may load meanwhile, and who need not wait does not.
        try (FileChannel other = FileChannel.open(folder.resolve("loading"), StandardOpenOption.WRITE);
                var lock = other.lock()) {
            assertThat(lock.isValid()).isTrue();
            libraries("a", LONG).loadInTurn();
        }
        assertThat(loads).hasValue(2);
    }

    @Test
    void anotherBuildIsLoadedInTurnAgain() {
        libraries("a", LONG).loadInTurn();
        libraries("b", LONG).loadInTurn();
        assertThat(folder.toFile().list((any, name) -> name.startsWith("loaded-")))
                .hasSize(2);
    }

    @Test
    void aLoadThatFailsLeavesTheTurnToTheNext() {
        NativeLibraries broken = new NativeLibraries(
                folder,
                "a",
                () -> {
                    throw new UnsatisfiedLinkError("no torch");
                },
                LONG);
        assertThatThrownBy(broken::loadInTurn).isInstanceOf(UnsatisfiedLinkError.class);
        libraries("a", LONG).loadInTurn();
        assertThat(loads).hasValue(1);
        assertThat(folder.toFile().list((any, name) -> name.startsWith("loaded-")))
                .hasSize(1);
    }

    @Test
    void aFolderThatCannotBeLockedIsLoadedFromAllTheSame() throws IOException {
        Files.createDirectory(folder.resolve("loading"));
        libraries("a", LONG).loadInTurn();
        assertThat(loads).hasValue(1);
    }

    private NativeLibraries libraries(String key, Duration patience) {
        return new NativeLibraries(folder, key, loads::incrementAndGet, patience);
    }
}
