package io.bitfrontier.service.launch.local;

import static io.bitfrontier.service.testing.RunBuilder.aRun;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.bitfrontier.service.config.BitfrontierSettings;
import io.bitfrontier.service.launch.Launcher;
import io.bitfrontier.service.testing.RunBuilder.Seeded;
import io.bitfrontier.service.testing.ServiceTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.util.unit.DataSize;

/** The whole way with real processes: launched, killed, noticed, replaced, done, gone. */
@ServiceTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "bitfrontier.background=true",
            "bitfrontier.launch.reconcile-every=100ms",
            "bitfrontier.launch.local.workers=1",
            "bitfrontier.launch.local.class-path=${java.class.path}",
            "bitfrontier.launch.local.main-class=io.bitfrontier.service.launch.local.TinyWorker",
            "bitfrontier.launch.local.jvm-options=-Xmx64m,-XX:+UseSerialGC,-XX:TieredStopAtLevel=1"
        })
@DirtiesContext
class LocalLauncherTest {
    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private BitfrontierSettings settings;

    @Autowired
    private LocalLauncher launcher;

    @Test
    void aKilledWorkerIsReplacedAndItsRunIsDoneByAnother() throws Exception {
        Seeded run = aRun().insert(jdbc);
        Path mark = settings.home().resolve("scratch").resolve("waiting");
        await(() -> Files.exists(mark) && !read(mark).isEmpty());
        long pid = Long.parseLong(read(mark));
        assertThat(launcher.discover()).hasSize(1);
        assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
        await(() -> stateOf(run).equals("SUCCEEDED"));
        assertThat(jdbc.sql("SELECT event FROM run_transition WHERE run_id = ? ORDER BY id")
                        .param(run.run())
                        .query(String.class)
                        .list())
                .containsExactly("CLAIMED", "LOST", "CLAIMED", "COMPLETED");
        await(() -> jdbc.sql("SELECT count(*) FROM worker WHERE state = 'LEFT'")
                        .query(Integer.class)
                        .single()
                == 1);
        assertThat(jdbc.sql("SELECT end_reason FROM worker WHERE state = 'LOST'")
                        .query(String.class)
                        .single())
                .contains("signal 9");
        assertThat(launcher.discover()).isEmpty();
    }

    @Test
    void aProcessIsKnownByItsStartTimeToo() {
        ProcessIdentity self = ProcessIdentity.of(ProcessHandle.current().pid()).orElseThrow();
        assertThat(phase(self.externalId())).isEqualTo(Launcher.Phase.RUNNING);
        assertThat(phase(new ProcessIdentity(self.pid(), self.startTicks() + 1).externalId()))
                .isEqualTo(Launcher.Phase.GONE);
        assertThat(phase("nonsense")).isEqualTo(Launcher.Phase.GONE);
    }

    private Launcher.Phase phase(String externalId) {
        return launcher.look(UUID.randomUUID(), externalId).phase();
    }

    @Test
    void coresAndMemoryBoundTheNumberOfWorkers() {
        LocalSettings byDefault =
                new LocalSettings("x.jar", "Main", List.of(), null, 2, DataSize.ofGigabytes(2), 0, List.of());
        assertThat(byDefault.capacity(8, DataSize.ofGigabytes(64).toBytes())).isEqualTo(4);
        assertThat(byDefault.capacity(64, DataSize.ofGigabytes(16).toBytes())).isEqualTo(6);
        assertThat(byDefault.capacity(1, DataSize.ofGigabytes(1).toBytes())).isEqualTo(1);
        LocalSettings without = new LocalSettings("", "Main", List.of(), 5, 2, DataSize.ofGigabytes(2), 0, List.of());
        assertThat(without.capacity(8, DataSize.ofGigabytes(64).toBytes())).isZero();
    }

    private static void await(BooleanSupplier condition) {
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            while (!condition.getAsBoolean()) {
                Thread.sleep(20);
            }
        });
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            return "";
        }
    }

    private String stateOf(Seeded run) {
        return jdbc.sql("SELECT state FROM run WHERE id = ?")
                .param(run.run())
                .query(String.class)
                .single();
    }
}
