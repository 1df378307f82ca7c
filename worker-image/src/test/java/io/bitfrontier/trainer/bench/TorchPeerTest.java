package io.bitfrontier.trainer.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bitfrontier.trainer.device.Compute;
import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With an interpreter that speaks the protocol without torch. */
@Timeout(60)
class TorchPeerTest {
    private static final Subjects SUBJECTS =
            new Subjects(ModelCatalog.byName("tiny-1M").orElseThrow(), Compute.onCpu(1), 0.01);

    @TempDir
    private Path directory;

    @Test
    void itsBlockIsTheMedianWithoutTheFirstStep() throws IOException {
        Path python = interpreter("""
                read config
                echo "$config" > "$(dirname "$0")/config"
                grep -q '^def main' "$1" && echo '{"ready": "2.10.0"}'
                while read -r line; do
                  echo "$line" >> "$(dirname "$0")/asked"
                  echo '{"seconds": [90, 3, 1, 2]}'
                done
                """);
        try (TorchPeer peer = new TorchPeer(python, SUBJECTS.trajectory(Precision.FULL, 4), 1)) {
            assertThat(peer.version()).isEqualTo("2.10.0");
            assertThat(peer.contestant("1.58", 3).block()).isEqualTo(2);
        }
        assertThat(Files.readString(directory.resolve("config")))
                .contains("\"dim\":128", "\"microBatches\":4", "\"sequences\":8", "\"sequence\":256");
        assertThat(Files.readString(directory.resolve("asked"))).contains("\"mode\":\"1.58\"", "\"steps\":4");
    }

    @Test
    void anInterpreterWithoutTorchIsAnError() throws IOException {
        Path python = interpreter("exit 1\n");
        assertThatThrownBy(() -> new TorchPeer(python, SUBJECTS.trajectory(Precision.FULL, 1), 1))
                .isInstanceOf(IOException.class);
    }

    private Path interpreter(String body) throws IOException {
        Path script = directory.resolve("python");
        Files.writeString(script, "#!/bin/sh\n" + body);
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }
}
