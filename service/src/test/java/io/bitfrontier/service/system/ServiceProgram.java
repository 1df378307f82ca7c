package io.bitfrontier.service.system;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.springframework.util.DigestUtils;
import org.springframework.util.FileSystemUtils;

/**
 * The packaged service, unpacked and with an archive of its classes below {@code target}: many starts on few cores take a third of
 * the processor time that way.
 */
final class ServiceProgram {
    private static final Path PLACE = Path.of("target", "service-program").toAbsolutePath();

    private ServiceProgram() {}

    /**
     * What comes after {@code java} to start it.
     *
     * @param home of the start that makes the archive, where there is none
     * @param settings with which that finds a database
     */
    static synchronized List<String> of(Path jar, Path home, Map<String, String> settings)
            throws IOException, InterruptedException {
        Path unpacked = PLACE.resolve(String.valueOf(jar.getFileName()));
        Path archive = PLACE.resolve("classes.jsa");
        Path label = PLACE.resolve("made-from");
        String digest;
        try (InputStream content = Files.newInputStream(jar)) {
            digest = DigestUtils.md5DigestAsHex(content);
        }
        if (!Files.exists(label) || !Files.readString(label).equals(digest)) {
            FileSystemUtils.deleteRecursively(PLACE);
            Files.createDirectories(PLACE);
            unpack(jar);
            ServiceProcess first = new ServiceProcess(
                    List.of("-XX:ArchiveClassesAtExit=" + archive, "-jar", unpacked.toString()), home);
            settings.forEach(first::with);
            first.with("spring.context.exit", "onRefresh").start();
            if (first.awaitExit() != 0) {
                throw new IllegalStateException(
                        "the service does not start; its log:\n" + Files.readString(first.log()));
            }
            Files.writeString(label, digest);
        }
        return List.of("-XX:SharedArchiveFile=" + archive, "-jar", unpacked.toString());
    }

    private static void unpack(Path jar) throws IOException, InterruptedException {
        Path log = PLACE.resolve("unpacking.log");
        int code = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djarmode=tools",
                        "-jar",
                        jar.toString(),
                        "extract",
                        "--force",
                        "--destination",
                        PLACE.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        if (code != 0) {
            throw new IllegalStateException(Files.readString(log));
        }
    }
}
