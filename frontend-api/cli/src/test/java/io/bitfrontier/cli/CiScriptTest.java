package io.bitfrontier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs .ci/run in an imitated checkout with a Maven that writes the reports it is told to write. */
class CiScriptTest {
    private static final String SUMMARY = """
            [INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0
            [INFO] Reactor Summary for Bitfrontier:
            [INFO] BUILD SUCCESS
            """;

    @TempDir
    Path root;

    private String limit = "1m";

    private record Result(int code, String output) {}

    @BeforeEach
    void imitateACheckout() throws IOException {
        Files.createDirectories(root.resolve(".ci"));
        for (String file : new String[] {".ci/run", ".ci/allowed-skips"}) {
            Files.copy(Repository.root().resolve(file), root.resolve(file));
        }
        for (String tool : new String[] {"control-plane", "object-store"}) {
            Path directory = Files.createDirectories(root.resolve(".ci").resolve(tool));
            Files.writeString(directory.resolve("go.mod"), "go 1.0\n");
            executable(directory.resolve("build"), "echo /nowhere");
        }
        executable(Files.createDirectories(root.resolve("bin")).resolve("go"), "echo go1.26.0");
        Files.createDirectories(root.resolve("a/src/test/java"));
        Files.createDirectories(root.resolve("b/src/test/java"));
    }

    @Test
    void testsThatRanAreEnoughAndMavensSummaryComesLast() throws Exception {
        Result result = run(report("a", "") + report("b", "") + controlPlaneReport(""));

        assertThat(result.code()).as(result.output()).isZero();
        assertThat(result.output()).endsWith(SUMMARY);
    }

    @Test
    void aBuildWithoutATestAgainstTheControlPlaneFails() throws Exception {
        assertThat(run(report("a", "") + report("b", "")).output()).contains("no test ran against the control plane");

        Result skipped = run(report("a", "") + report("b", "") + controlPlaneReport("<skipped/>"));

        assertThat(skipped.code()).isEqualTo(1);
        assertThat(skipped.output()).contains("no test ran against the control plane");
    }

    @Test
    void aModuleWhoseTestsDidNotRunFails() throws Exception {
        Result result = run(report("a", ""));

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.output()).contains("no test of ./b ran");
    }

    @Test
    void aReportOfAnEarlierRunDoesNotCount() throws Exception {
        Path old = Files.createDirectories(root.resolve("b/target/surefire-reports"))
                .resolve("TEST-old.xml");
        Files.writeString(old, "<testsuite/>");
        Files.setLastModifiedTime(old, java.nio.file.attribute.FileTime.fromMillis(0));

        assertThat(run(report("a", "")).output()).contains("no test of ./b ran");
    }

    @Test
    void aSkippedTestFailsUnlessItNeedsWhatThisMachineLacks() throws Exception {
        Result result = run(report("a", "<skipped message=\"no\"/>") + report("b", ""));

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.output()).contains("skipped although this machine can run it: io.x.a#does it");
    }

    @Test
    void aClassOfWhichNoTestRanAndNoneWasSkippedFailsByName() throws Exception {
        Result result = run(report("a", "") + report("b", "") + controlPlaneReport("") + silentReport("io.x.AwayIT"));

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.output())
                .contains("no test of this class ran, and none says that it was skipped: io.x.AwayIT\n");
    }

    @Test
    void aClassMayBeSilentWhereItMayBeSkipped() throws Exception {
        Files.writeString(
                root.resolve(".ci/allowed-skips"),
                Files.readString(root.resolve(".ci/allowed-skips")) + "*Away*#* moon r\n");
        Path script = root.resolve(".ci/run");
        Files.writeString(script, Files.readString(script).replace("docker) ", "moon) false ;;\n    docker) "));

        Result result = run(report("a", "") + report("b", "") + controlPlaneReport("") + silentReport("io.x.AwayIT"));

        assertThat(result.code()).as(result.output()).isZero();
        assertThat(result.output()).contains("skipped: io.x.AwayIT# (r)");
    }

    @Test
    void aBuildThatHangsSaysWhereAndFails() throws Exception {
        limit = "5s";

        Result result = run("""
                mkdir -p a/target/failsafe-reports
                said=a/target/failsafe-reports/1-jvmRun1.dumpstream
                echo "Corrupted channel by directly writing to native stream. Stream 'at io.x.Hanging.a'." >$said
                trap 'echo Full thread dump; hung=1' QUIT
                until [[ -v hung ]]; do sleep 0.1; done
                kill -KILL -$PPID
                """);

        assertThat(result.code()).isEqualTo(137);
        assertThat(result.output()).contains("Full thread dump", "at io.x.Hanging.a\n", "did not end within 5s");
    }

    @Test
    void aFailedBuildFails() throws Exception {
        assertThat(run("exit 1").code()).isEqualTo(1);
    }

    private static String report(String module, String inside) {
        return report(module, "io.x." + module, inside);
    }

    private static String controlPlaneReport(String inside) {
        return report("service", "io.bitfrontier.service.cluster.X", inside);
    }

    private static String report(String module, String testClass, String inside) {
        return """
                mkdir -p %1$s/target/surefire-reports
                cat >%1$s/target/surefire-reports/TEST-%2$s.xml <<'X'
                <testsuite name="%2$s" tests="1">
                  <testcase name="does it" classname="%2$s" time="0">
                    %3$s
                  </testcase>
                </testsuite>
                X
                """.formatted(module, testClass, inside);
    }

    /** What is written for a class whose BeforeAll assumes what does not hold. */
    private static String silentReport(String testClass) {
        return report("a", testClass, "")
                .replaceAll("(?s)  <testcase.*</testcase>\n", "")
                .replace("tests=\"1\"", "tests=\"0\"");
    }

    private static void executable(Path file, String script) throws IOException {
        Files.writeString(file, "#!/bin/bash\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Result run(String maven) throws IOException, InterruptedException {
        Path mvn = Files.createDirectories(root.resolve("bin")).resolve("mvn");
        executable(mvn, "sleep 0.02\n" + maven + "\ncat <<'X'\n" + SUMMARY + "X");
        Path output = root.resolve("output.txt");
        ProcessBuilder builder = new ProcessBuilder(
                        // A process that a JVM starts does not hear SIGQUIT by itself.
                        "env", "--default-signal=QUIT", root.resolve(".ci/run").toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("PATH", mvn.getParent() + ":" + System.getenv("PATH"));
        builder.environment().put("CI_LIMIT", limit);
        int code = builder.start().waitFor();
        return new Result(code, Files.readString(output));
    }
}
