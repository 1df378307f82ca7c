package io.bitfrontier.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTransferTest {
    private static final byte[] HALF = new byte[100_000];

    @TempDir
    private Path directory;

    private final CountDownLatch over = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;

    @BeforeEach
    void aStoreThatStopsHalfWay() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/silent", exchange -> await());
        server.createContext("/half", exchange -> {
            exchange.sendResponseHeaders(200, 2L * HALF.length);
            OutputStream body = exchange.getResponseBody();
            body.write(HALF);
            body.flush();
            await();
        });
        server.createContext("/whole", exchange -> {
            exchange.sendResponseHeaders(200, HALF.length);
            try (OutputStream body = exchange.getResponseBody()) {
                body.write(HALF);
            }
        });
        server.start();
    }

    private void await() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void aDownloadThatStandsStillIsGivenUpBeforeItsAnswerAndInTheMiddle() {
        FileTransfer transfer = new FileTransfer(Duration.ofMillis(200));

        for (String path : new String[] {"/silent", "/half"}) {
            assertThatThrownBy(() -> transfer.get(url(path + "?secret"), directory.resolve(path.substring(1))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the artifact store has sent nothing for")
                    .message()
                    .doesNotContain("secret");
        }
    }

    @Test
    void aWholeFileArrives() throws IOException {
        Path file = directory.resolve("whole");

        new FileTransfer(Duration.ofSeconds(30)).get(url("/whole"), file);

        assertThat(file).hasBinaryContent(HALF);
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }
}
