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

    private record Result(int code, String output) {}

    @BeforeEach
    void imitateACheckout() throws IOException {
        Files.createDirectories(root.resolve(".ci"));
        for (String file : new String[] {".ci/run", ".ci/allowed-skips"}) {
            Files.copy(Repository.root().resolve(file), root.resolve(file));
        }
        Files.createDirectories(root.resolve("a/src/test/java"));
        Files.createDirectories(root.resolve("b/src/test/java"));
    }

    @Test
    void testsThatRanAreEnoughAndMavensSummaryComesLast() throws Exception {
        Result result = run(report("a", "") + report("b", ""));

        assertThat(result.code()).isZero();
        assertThat(result.output()).endsWith(SUMMARY);
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
    void aFailedBuildFails() throws Exception {
        assertThat(run("exit 1").code()).isEqualTo(1);
    }

    private static String report(String module, String inside) {
        return """
                mkdir -p %1$s/target/surefire-reports
                cat >%1$s/target/surefire-reports/TEST-x.xml <<'X'
                <testsuite name="io.x.%1$s" tests="1">
                  <testcase name="does it" classname="io.x.%1$s" time="0">
                    %2$s
                  </testcase>
                </testsuite>
                X
                """.formatted(module, inside);
    }

    private Result run(String maven) throws IOException, InterruptedException {
        Path mvn = Files.createDirectories(root.resolve("bin")).resolve("mvn");
        Files.writeString(mvn, "#!/bin/bash\nsleep 0.02\n" + maven + "\ncat <<'X'\n" + SUMMARY + "X\n");
        Files.setPosixFilePermissions(mvn, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path output = root.resolve("output.txt");
        ProcessBuilder builder = new ProcessBuilder(root.resolve(".ci/run").toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("PATH", mvn.getParent() + ":" + System.getenv("PATH"));
        int code = builder.start().waitFor();
        return new Result(code, Files.readString(output));
    }
}
