package io.bitfrontier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the launcher script in an imitated checkout, with a JDK and a Maven that only say what they were told to do. */
class LauncherTest {
    private static final String OK_MAVEN = """
            if [ "$1" = -version ]; then echo "Apache Maven 3.9.1 (x)"; exit; fi
            echo "mvn $*" >>"$BITFRONTIER_TEST_LOG"
            for jar in %s; do mkdir -p "$(dirname "$jar")"; echo built >"$jar"; done
            """;
    private static final List<String> JARS = List.of(
            "frontend-api/cli/target/bitfrontier-cli-0.1.0-SNAPSHOT.jar",
            "service/target/bitfrontier-service-0.1.0-SNAPSHOT-app.jar",
            "worker-image/target/bitfrontier-worker-0.1.0-SNAPSHOT.jar");

    @TempDir
    Path root;

    private Path jdk;
    private Path log;

    private record Result(int code, String out, String err) {}

    @BeforeEach
    void imitateACheckout() throws IOException {
        Files.copy(Repository.root().resolve("bitfrontier"), root.resolve("bitfrontier"));
        for (String folder : List.of("frontend-api/vocabulary", "migrations", "service", "worker-image", "tools")) {
            Files.createDirectories(root.resolve(folder));
        }
        Files.writeString(root.resolve("pom.xml"), "<project/>");
        log = root.resolve("mvn-calls.txt");
        jdk = jdk("17.0.9");
        script(jdk.resolve("bin/javac"), "");
        maven(OK_MAVEN.formatted(String.join(" ", JARS)));
    }

    @Test
    void withoutAnyJavaItSaysWhichIsNeeded() throws Exception {
        Result result = run(Map.of("JAVA_HOME", root.resolve("nowhere").toString()), "sweeps");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .isEqualTo("bitfrontier: JAVA_HOME=" + root.resolve("nowhere")
                        + " holds no bin/java; a JDK 17 or newer is needed\n");
    }

    @Test
    void anOldJavaIsNamedWithItsVersion() throws Exception {
        Result eleven = run(Map.of("JAVA_HOME", jdk("11.0.20").toString()), "sweeps");
        Result eight = run(Map.of("JAVA_HOME", jdk("1.8.0_392").toString()), "sweeps");

        assertThat(eleven.err()).contains("is version 11.0.20; a JDK 17 or newer is needed");
        assertThat(eight.err()).contains("is version 1.8.0_392; a JDK 17 or newer is needed");
        assertThat(List.of(eleven.code(), eight.code())).containsOnly(1);
    }

    @Test
    void aRuntimeWithoutACompilerCannotBuild() throws Exception {
        Result result = run(Map.of("JAVA_HOME", jdk("21").toString()), "sweeps");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("is a runtime without a compiler");
    }

    @Test
    void anOldMavenIsNamedWithItsVersion() throws Exception {
        maven("echo 'Apache Maven 3.6.3 (x)'");

        Result result = run(Map.of(), "sweeps");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).isEqualTo("bitfrontier: mvn is version 3.6.3; building needs Maven 3.8 or newer\n");
    }

    @Test
    void aFailedBuildShowsTheEndOfItsLog() throws Exception {
        maven("""
                if [ "$1" = -version ]; then echo "Apache Maven 3.8.7"; exit; fi
                echo "[ERROR] cannot find symbol"
                exit 1
                """);

        Result result = run(Map.of(), "sweeps");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .contains("[ERROR] cannot find symbol")
                .endsWith("bitfrontier: the build failed; its log is " + root.resolve("target/build.log") + "\n");
    }

    @Test
    void whatIsMissingIsBuiltOnceAndWhatChangedIsBuiltAgain() throws Exception {
        assertThat(run(Map.of(), "sweeps").err())
                .startsWith("Building Bitfrontier (log: ")
                .contains("\nBuilt in ");
        assertThat(run(Map.of(), "sweeps").err()).isEmpty();
        assertThat(run(Map.of(), "serve").err()).isEmpty();
        assertThat(builds()).hasSize(1);

        Path source = Files.writeString(root.resolve("service/Changed.java"), "class Changed {}");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
        assertThat(run(Map.of(), "sweeps").err()).isEmpty();
        assertThat(builds()).hasSize(1);
        assertThat(run(Map.of(), "serve").err()).contains("Built in ");
        assertThat(builds()).hasSize(2);
    }

    @Test
    void testsAndBuildOutputsAreNoReasonToBuild() throws Exception {
        run(Map.of(), "sweeps");
        Path test = Files.createDirectories(root.resolve("service/src/test")).resolve("SomeTest.java");
        Files.writeString(test, "class SomeTest {}");
        Files.setLastModifiedTime(test, FileTime.from(Instant.now().plusSeconds(5)));
        Path built = Files.writeString(
                Files.createDirectories(root.resolve("service/target")).resolve("x"), "");
        Files.setLastModifiedTime(built, FileTime.from(Instant.now().plusSeconds(5)));

        run(Map.of(), "serve");

        assertThat(builds()).hasSize(1);
    }

    @Test
    void restCommandsGoToTheCommandLine() throws Exception {
        List<String> told = told(run(Map.of(), "frontier", "my sweep", "--json"));

        assertThat(told)
                .contains("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
                .contains(root.resolve(JARS.get(0)) + ":" + root.resolve("frontend-api/cli/target/lib") + "/*")
                .contains("-Dbitfrontier.demo.sweep=" + root.resolve("docs/demo/sweep.yaml"))
                .endsWith("io.bitfrontier.cli.Main", "frontier", "my sweep", "--json");
    }

    @Test
    void trainingCommandsGoToTheWorker() throws Exception {
        for (String command : List.of("train", "eval", "bench", "work")) {
            assertThat(told(run(Map.of(), command, "spec.yaml")))
                    .contains("-Dorg.bytedeco.openblas.load=mkl_rt")
                    .contains(root.resolve(JARS.get(2)) + ":" + root.resolve("worker-image/target/lib") + "/*")
                    .endsWith("io.bitfrontier.trainer.Main", command, "spec.yaml");
        }
    }

    @Test
    void serveBecomesTheServiceAndLeavesItsProcessInTheHome() throws Exception {
        Path home = root.resolve("some home");

        Result result = run(Map.of("BITFRONTIER_HOME", home.toString(), "SERVER_PORT", "9001"), "serve");

        assertThat(told(result))
                .contains("-Xmx512m")
                .contains("-Dbitfrontier.launch.local.class-path=" + root.resolve(JARS.get(2)) + ":"
                        + root.resolve("worker-image/target/lib") + "/*")
                .endsWith("-jar", root.resolve(JARS.get(1)).toString());
        String pid = result.out()
                .lines()
                .filter(l -> l.startsWith("pid "))
                .findFirst()
                .orElseThrow()
                .substring(4);
        assertThat(home.resolve("service.json")).hasContent("{\"pid\": " + pid + ", \"port\": 9001, \"owner\": 0}\n");
    }

    @Test
    void aHomeHasOneServiceAtATime() throws Exception {
        Path home = Files.createDirectories(root.resolve("bitfrontier-home"));
        Process living = new ProcessBuilder("bash", "-c", "read -r line", "bitfrontier-service").start();
        Files.writeString(home.resolve("service.json"), "{\"pid\": " + living.pid() + ", \"port\": 1, \"owner\": 0}");

        Result result = run(Map.of("BITFRONTIER_HOME", home.toString()), "serve");

        living.destroy();
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).endsWith("the service of " + home + " runs already: process " + living.pid() + "\n");
    }

    private List<String> builds() throws IOException {
        return Files.exists(log) ? Files.readAllLines(log) : List.of();
    }

    /** What the imitated java was given. */
    private static List<String> told(Result result) {
        return result.out().lines().filter(l -> !l.startsWith("pid ")).toList();
    }

    private Path jdk(String version) throws IOException {
        Path home = root.resolve("tools/jdk-" + version);
        script(home.resolve("bin/java"), "echo \"pid $$\"; printf '%s\\n' \"$@\"");
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private void maven(String body) throws IOException {
        script(root.resolve("tools/bin/mvn"), body);
    }

    private static void script(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/bash\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Result run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        Path out = root.resolve("out.txt");
        Path err = root.resolve("err.txt");
        ProcessBuilder builder = new ProcessBuilder(
                        Stream.concat(Stream.of(root.resolve("bitfrontier").toString()), Stream.of(arguments))
                                .toList())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("BITFRONTIER"));
        builder.environment().remove("SERVER_PORT");
        builder.environment()
                .putAll(Map.of(
                        "JAVA_HOME", jdk.toString(),
                        "PATH", root.resolve("tools/bin") + ":" + System.getenv("PATH"),
                        "BITFRONTIER_TEST_LOG", log.toString(),
                        "BITFRONTIER_HOME", root.resolve("home").toString()));
        builder.environment().putAll(environment);
        int code = builder.start().waitFor();
        return new Result(
                code, Files.readString(out, StandardCharsets.UTF_8), Files.readString(err, StandardCharsets.UTF_8));
    }
}
