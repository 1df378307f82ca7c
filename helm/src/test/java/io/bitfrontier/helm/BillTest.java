package io.bitfrontier.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The bill of what an image holds beside its jars, made by {@code helm/images/bill}. */
class BillTest {
    private static final Path BILL = Path.of("images/bill").toAbsolutePath();

    @TempDir
    private Path files;

    @Test
    void theBasesBillNamesEveryDebianPackageAndTheJavaRuntime() throws Exception {
        base();

        JsonNode bill = bill("base");

        assertThat(bill.get("bomFormat").stringValue()).isEqualTo("CycloneDX");
        assertThat(bill.get("components")).hasSize(3);
        assertThat(bill.at("/components/0/name").stringValue()).isEqualTo("libc6");
        assertThat(bill.at("/components/0/version").stringValue()).isEqualTo("2.36-9+deb12u10");
        assertThat(bill.at("/components/0/purl").stringValue())
                .isEqualTo("pkg:deb/debian/libc6@2.36-9%2Bdeb12u10?arch=amd64&distro=debian-12");
        assertThat(bill.at("/components/1/purl").stringValue())
                .isEqualTo("pkg:deb/debian/libstdc%2B%2B6@1%3A12.2.0?arch=amd64&distro=debian-12");
        assertThat(bill.at("/components/2/purl").stringValue()).isEqualTo("pkg:generic/openjdk@17.0.15");
        assertThat(bill.at("/components/2/cpe").stringValue()).contains(":openjdk:17.0.15:");
    }

    @Test
    void theBillOfWheelsNamesEachWithItsHash() throws Exception {
        write("nvidia_cublas-13.2.2.2-py3-none-manylinux_2_27_x86_64.whl", "abc");

        JsonNode component = bill("wheels").at("/components/0");

        assertThat(component.get("name").stringValue()).isEqualTo("nvidia-cublas");
        assertThat(component.get("purl").stringValue()).isEqualTo("pkg:pypi/nvidia-cublas@13.2.2.2");
        assertThat(component.at("/hashes/0/content").stringValue())
                .as("SHA-256 of abc, FIPS 180-4")
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void aBillOfNothingIsRefused() throws Exception {
        assertThat(output(1, "wheels")).contains("holds no wheel");
        assertThat(output(1, "base")).contains("status.d is missing");
    }

    @Test
    void aPackageWithoutAVersionIsRefused() throws Exception {
        base();
        write("var/lib/dpkg/status.d/tzdata", "Package: tzdata\n");

        assertThat(output(1, "base")).contains("no version").contains("tzdata");
    }

    private void base() throws IOException {
        write("usr/lib/os-release", "NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\n");
        write("var/lib/dpkg/status.d/libc6", "Package: libc6\nVersion: 2.36-9+deb12u10\nArchitecture: amd64\n");
        write("var/lib/dpkg/status.d/libstdc++6", "Package: libstdc++6\nArchitecture: amd64\nVersion: 1:12.2.0\n");
        write("opt/java/release", "JAVA_VERSION=\"17.0.15\"\nMODULES=\"java.base java.sql\"\n");
    }

    private void write(String name, String text) throws IOException {
        Path file = files.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private JsonNode bill(String what) throws Exception {
        return Chart.YAML.readTree(output(0, what));
    }

    private String output(int exitCode, String what) throws Exception {
        Process process = new ProcessBuilder(BILL.toString(), what, files.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(exitCode);
        return output;
    }
}
