package io.bitfrontier.service.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/**
 * A process that speaks S3 over a directory and checks every signature. Its program is named by the variable
 * {@code BITFRONTIER_OBJECT_STORE}; {@code .ci/object-store/build} makes it.
 */
public final class ObjectStoreServer implements AutoCloseable {
    public static final String BUCKET = "artifacts";
    public static final String ACCESS_KEY = "test-access";
    public static final String SECRET_KEY = "test-secret-key";
    private static final String PROGRAM = "BITFRONTIER_OBJECT_STORE";
    private static final Duration START_LIMIT = Duration.ofSeconds(30);

    private final Process process;
    private final URI endpoint;

    private ObjectStoreServer(Process process, URI endpoint) {
        this.process = process;
        this.endpoint = endpoint;
    }

    /** Starts one with the bucket {@link #BUCKET}; the calling test is skipped, aloud, where there is no program. */
    public static ObjectStoreServer start(Path directory) {
        String program = System.getenv().getOrDefault(PROGRAM, "");
        Assumptions.assumeTrue(
                !program.isEmpty(), PROGRAM + " is not set: run `export " + PROGRAM + "=$(.ci/object-store/build)`");
        try {
            Files.createDirectories(directory.resolve("data").resolve(BUCKET));
            int port = freePort();
            ProcessBuilder builder = new ProcessBuilder(
                            program,
                            "--port",
                            "127.0.0.1:" + port,
                            "--quiet",
                            "posix",
                            directory.resolve("data").toString())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("object-store.log").toFile());
            builder.environment().putAll(Map.of("ROOT_ACCESS_KEY", ACCESS_KEY, "ROOT_SECRET_KEY", SECRET_KEY));
            Process process = builder.start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            awaitOpen(process, port, directory);
            return new ObjectStoreServer(process, URI.create("http://127.0.0.1:" + port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void awaitOpen(Process process, int port, Path directory) throws IOException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (true) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IOException(
                            "the object store did not start: "
                                    + Files.readString(directory.resolve("object-store.log")),
                            e);
                }
                Thread.onSpinWait();
            }
        }
    }

    public URI endpoint() {
        return endpoint;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
