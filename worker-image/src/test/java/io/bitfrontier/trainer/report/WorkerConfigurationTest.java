package io.bitfrontier.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bitfrontier.trainer.device.Compute;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerConfigurationTest {
    @TempDir
    private Path directory;

    @Test
    void aCompleteEnvironmentIsReadWithDefaultsForTheRest() {
        WorkerConfiguration configuration = WorkerConfiguration.from(environment());
        assertThat(configuration.compute()).isEqualTo(Compute.onCpu(2));
        assertThat(configuration.scratch()).isEqualTo(directory.resolve("worker-" + FakeService.WORKER));
        assertThat(configuration.grace()).isEqualTo(Duration.ofSeconds(25));
        assertThat(configuration.idleLimit()).isEqualTo(Duration.ofSeconds(60));
        assertThat(configuration.rankTimeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(configuration.unreachableLimit()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void everyViolationIsNamedAtOnceWithValueAndBound() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() -> WorkerConfiguration.from(Map.of(
                        WorkerProtocol.ENV_SERVICE_URL, "ftp://example.org",
                        WorkerProtocol.ENV_WORKER_TOKEN, "half a token",
                        WorkerProtocol.ENV_WORKER_SCRATCH, file.toString(),
                        WorkerProtocol.ENV_WORKER_THREADS, "0",
                        WorkerProtocol.ENV_WORKER_DEVICE, "tpu",
                        WorkerProtocol.ENV_WORKER_RANKS, "65",
                        WorkerProtocol.ENV_WORKER_GRACE_SECONDS, "0",
                        WorkerProtocol.ENV_WORKER_IDLE_SECONDS, "soon",
                        WorkerProtocol.ENV_WORKER_UNREACHABLE_SECONDS, "86401")))
                .isInstanceOf(WorkerConfiguration.Invalid.class)
                .hasMessage("""
                        BITFRONTIER_SERVICE_URL is 'ftp://example.org', it must be an http or https URL
                        BITFRONTIER_WORKER_ID is not set, it must be a UUID
                        BITFRONTIER_WORKER_TOKEN has characters that no token has, it must be this worker's token
                        BITFRONTIER_WORKER_SCRATCH is '%s', it must be a directory that can be written
                        BITFRONTIER_WORKER_THREADS is '0', it must be a whole number from 1 to 1024
                        BITFRONTIER_WORKER_RANKS is '65', it must be a whole number from 1 to 64
                        BITFRONTIER_WORKER_DEVICE is 'tpu', it must be cpu, cuda, cuda:N or auto
                        BITFRONTIER_WORKER_GRACE_SECONDS is '0', it must be a whole number from 1 to 86400
                        BITFRONTIER_WORKER_IDLE_SECONDS is 'soon', it must be a whole number from 0 to 86400
                        BITFRONTIER_WORKER_UNREACHABLE_SECONDS is '86401', it must be a whole number from 0 to 86400""".formatted(file));
    }

    @Test
    void aGpuThatIsNotThereIsRefusedBeforeAnythingIsClaimed() {
        Map<String, String> environment = environment();
        environment.put(WorkerProtocol.ENV_WORKER_RANK_TIMEOUT_SECONDS, "0");
        environment.put(WorkerProtocol.ENV_WORKER_DEVICE, "cuda:900");
        environment.put(WorkerProtocol.ENV_WORKER_RANKS, "4");
        assertThatThrownBy(() -> WorkerConfiguration.from(environment))
                .isInstanceOf(WorkerConfiguration.Invalid.class)
                .hasMessageContaining("the device is cuda:900 with 4 ranks, which needs 904 GPUs")
                .hasMessageContaining("CUBLAS_WORKSPACE_CONFIG is ''")
                .hasMessageContaining(
                        "BITFRONTIER_WORKER_RANK_TIMEOUT_SECONDS is '0', it must be a whole number from 1 to 86400");
    }

    @Test
    void theTokenIsNeverPrinted() {
        assertThat(WorkerConfiguration.from(environment()).toString()).doesNotContain(FakeService.WORKER_TOKEN);
    }

    @Test
    void theCommandRefusesABadEnvironmentWithTheUsersExitCode() {
        WorkCommand command = new WorkCommand(Map.of(), threads -> {
            throw new AssertionError("not reached");
        });
        assertThat(command.call()).isEqualTo(WorkerProtocol.EXIT_USER_INPUT);
    }

    private Map<String, String> environment() {
        return new HashMap<>(Map.of(
                WorkerProtocol.ENV_SERVICE_URL,
                "http://127.0.0.1:8080",
                WorkerProtocol.ENV_WORKER_ID,
                FakeService.WORKER.toString(),
                WorkerProtocol.ENV_WORKER_TOKEN,
                FakeService.WORKER_TOKEN,
                WorkerProtocol.ENV_WORKER_SCRATCH,
                directory.toString(),
                WorkerProtocol.ENV_WORKER_THREADS,
                "2"));
    }
}
