package io.bitfrontier.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.cli.FakeApi;
import io.bitfrontier.cli.Main;
import io.bitfrontier.cli.Samples;
import io.bitfrontier.cli.Settings;
import io.bitfrontier.cli.Terminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DemoCommandTest {
    private static final Path DRAWING = Path.of("frontier.svg");

    @TempDir
    Path folder;

    private Path home;
    private int port;

    @BeforeEach
    void findFreePort() throws IOException {
        home = Files.createDirectories(folder.resolve("home"));
        Files.writeString(folder.resolve("sweep.yaml"), "name: demo\n");
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
    }

    @AfterEach
    void removeDrawing() throws IOException {
        Files.deleteIfExists(DRAWING);
    }

    @Test
    void startsTheServiceTrainsPrintsDrawsAndStopsIt() throws IOException {
        Terminal terminal = terminal();

        assertThat(demo(terminal, "", "--exit")).isZero();

        assertThat(terminal.out())
                .contains("Plan: 36 grid points by 70 runs, training 9M tokens")
                .contains("a  tiny-17k 1-bit fp-then-qat")
                .contains("effective size (log)")
                .contains("Wrote " + DRAWING.toAbsolutePath())
                .endsWith("API: http://127.0.0.1:" + port + "/api/v1/frontiers?sweep=" + Samples.ID + "\n");
        assertThat(terminal.err())
                .startsWith("Starting the service at http://127.0.0.1:" + port + "\n")
                .contains("100 % · 70/70 runs done")
                .endsWith("Stopping the service\n");
        assertThat(DRAWING).content().startsWith("<svg ");
        assertThat(log()).contains("home " + home).endsWith("stopped in order\n");
        assertThat(ServiceFile.ofLiving(home)).isEmpty();
    }

    @Test
    void jsonIsOneDocumentAndNothingElse() {
        Terminal terminal = terminal();

        assertThat(demo(terminal, "", "--exit", "--json")).isZero();

        JsonNode whole = JsonMapper.shared().readTree(terminal.out());
        assertThat(whole.propertyNames()).containsExactly("sweep", "plan", "frontier");
        assertThat(whole.get("sweep").asString()).isEqualTo(Samples.ID);
        assertThat(whole.get("plan").propertyNames())
                .containsExactlyInAnyOrder("points", "runs", "tokensAlone", "tokensParentReused", "tokensPlanned");
        assertThat(whole.get("frontier")).isEqualTo(JsonMapper.shared().readTree(Samples.frontier()));
        assertThat(terminal.out().lines()).hasSize(1);
    }

    @Test
    void aFinishedSweepIsPrintedWithoutTraining() {
        Terminal terminal = terminal();

        assertThat(demo(terminal, "is-done", "--exit")).isZero();

        assertThat(terminal.err())
                .contains("is done already: nothing is trained again")
                .doesNotContain("runs done");
        assertThat(terminal.out()).contains("14 of 37 points");
    }

    @Test
    void failedRunsAreNamedAndFailTheCommand() {
        Terminal terminal = terminal();

        assertThat(demo(terminal, "fails")).isEqualTo(1);

        assertThat(terminal.err()).contains("2 runs failed").contains("run 7: DIVERGENCE: The loss became NaN");
        assertThat(terminal.out()).contains("14 of 37 points");
    }

    @Test
    void aCancelledSweepIsSaidToBeSo() {
        Terminal terminal = terminal();

        assertThat(demo(terminal, "was-cancelled", "--exit")).isEqualTo(1);

        assertThat(terminal.err()).contains("Sweep demo was cancelled, and that is final");
    }

    @Test
    void aChangedDocumentIsExplained() {
        Terminal terminal = terminal();

        assertThat(demo(terminal, "conflicts", "--exit")).isEqualTo(1);

        assertThat(terminal.err())
                .contains("A sweep named demo has another document")
                .contains("Give the changed document another name");
    }

    @Test
    void aServiceThatCannotStartShowsTheEndOfItsLog() {
        Terminal terminal = terminal();

        assertThat(demo(terminal, "dies-at-start", "--exit")).isEqualTo(1);

        assertThat(terminal.err())
                .contains("The service did not start; its log is " + home.resolve("logs/service.log"))
                .contains("\n  The disk is full\n");
    }

    @Test
    void aServiceThatDiesWhileTrainingSaysHowToGoOn() {
        Terminal terminal = terminal();

        assertThat(demo(terminal, "dies-while-training", "--exit")).isEqualTo(1);

        assertThat(terminal.err())
                .contains("The service has ended; run the same command again to go on")
                .contains("service.log")
                .contains("Out of memory");
    }

    @Test
    void aPortTakenByAnotherProgramNamesTheSetting() throws IOException {
        Terminal terminal = terminal();

        try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            Thread hangUp = new Thread(() -> hangUpOnAll(other));
            hangUp.start();
            assertThat(demo(terminal, "", "--exit")).isEqualTo(1);
        }

        assertThat(terminal.err())
                .contains("Port " + port + " is taken by another program: set SERVER_PORT to a free port");
    }

    @Test
    void aServiceOfAnotherHomeIsNotUsed() {
        Terminal terminal = terminal();

        try (FakeApi other = new FakeApi(port)) {
            FakeService.answer(other, List.of());
            assertThat(demo(terminal, "", "--exit")).isEqualTo(1);
            assertThat(other.lines()).containsExactly("GET /api/v1/catalog");
        }

        assertThat(terminal.err()).contains("a Bitfrontier service that is not the one of " + home);
    }

    @Test
    void theServiceOfThisHomeIsUsedAndLeftRunning() throws Exception {
        Process service = service(0);
        Terminal terminal = terminal();

        assertThat(demo(terminal, "")).isZero();

        assertThat(terminal.err())
                .contains("Using the service that runs already (process " + service.pid() + ")")
                .endsWith("The service was running before and goes on at http://127.0.0.1:" + port + "\n");
        assertThat(service.isAlive()).isTrue();
        end(service);
    }

    @Test
    void aServiceWhoseOwnerIsGoneIsTakenOverAndStopped() throws Exception {
        Process service = service(Integer.MAX_VALUE);
        Terminal terminal = terminal();

        assertThat(demo(terminal, "", "--exit")).isZero();

        assertThat(terminal.err()).endsWith("Stopping the service\n");
        assertThat(service.isAlive()).isFalse();
    }

    @Test
    void theServiceOfThisHomeAtAnotherPortIsNamed() throws Exception {
        Process service = service(0);
        port++;
        Terminal terminal = terminal();

        assertThat(demo(terminal, "", "--exit")).isEqualTo(1);

        assertThat(terminal.err()).contains("runs already, at port " + (port - 1) + " (process " + service.pid() + ")");
        end(service);
    }

    @Test
    void aSignalStopsTheServiceInOrder() throws Exception {
        launcher("never-ends");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Dbitfrontier.launcher=" + folder.resolve("bitfrontier"),
                        "-Dbitfrontier.demo.sweep=" + folder.resolve("sweep.yaml"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "demo")
                .redirectErrorStream(true);
        builder.environment().put("SERVER_PORT", Integer.toString(port));
        builder.environment().put("BITFRONTIER_HOME", home.toString());
        Process demo = builder.start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader output = demo.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
                if (line.contains("runs done")) {
                    demo.toHandle().destroy();
                }
            }
        }

        assertThat(demo.waitFor()).isEqualTo(128 + 15);
        assertThat(lines).endsWith("Stopping the service");
        assertThat(log()).endsWith("stopped in order\n");
    }

    private static void hangUpOnAll(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                socket.accept().close();
            } catch (IOException e) {
                // Closed by the test, which ends the loop.
            }
        }
    }

    private int demo(Terminal terminal, String how, String... options) {
        try {
            launcher(how);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        String[] arguments = new String[options.length + 1];
        arguments[0] = "demo";
        System.arraycopy(options, 0, arguments, 1, options.length);
        return Main.commandLine(terminal.contextInRealTime()).execute(arguments);
    }

    private Terminal terminal() {
        return new Terminal(new Settings(
                Settings.local(port),
                port,
                home,
                folder.resolve("bitfrontier"),
                folder.resolve("sweep.yaml"),
                false,
                100));
    }

    /** A launcher script that runs the fake service and writes service.json as the real one does. */
    private void launcher(String how) throws IOException {
        Path script = folder.resolve("bitfrontier");
        Files.writeString(script, """
                #!/bin/bash
                [ "$1" = serve ] || exit 9
                echo "{\\"pid\\": $$, \\"port\\": $SERVER_PORT, \\"owner\\": ${BITFRONTIER_OWNER:-0}}" >"$BITFRONTIER_HOME/service.json"
                exec '%s' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx128m -cp '%s' %s %s
                """.formatted(
                        Path.of(System.getProperty("java.home"), "bin", "java"),
                        System.getProperty("java.class.path"),
                        FakeService.class.getName(),
                        how));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Process service(int owner) throws IOException {
        launcher("");
        ProcessBuilder builder = new ProcessBuilder(
                        folder.resolve("bitfrontier").toString(), "serve")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out.txt").toFile());
        builder.environment().put("SERVER_PORT", Integer.toString(port));
        builder.environment().put("BITFRONTIER_HOME", home.toString());
        builder.environment().put("BITFRONTIER_OWNER", Integer.toString(owner));
        Process service = builder.start();
        while (ServiceFile.ofLiving(home).isEmpty() && service.isAlive()) {
            Thread.onSpinWait();
        }
        return service;
    }

    private static void end(Process service) throws InterruptedException {
        service.destroy();
        service.waitFor();
    }

    private String log() throws IOException {
        return Files.readString(home.resolve("logs/service.log"));
    }
}
