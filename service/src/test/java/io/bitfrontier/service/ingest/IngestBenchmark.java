package io.bitfrontier.service.ingest;

import io.bitfrontier.service.BitfrontierService;
import io.bitfrontier.service.run.AttemptToken;
import io.bitfrontier.service.run.Claims;
import io.bitfrontier.service.testing.ProtocolClient;
import io.bitfrontier.service.testing.RunBuilder;
import io.bitfrontier.service.worker.Token;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricBatch;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.postgresql.PGConnection;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures ingest against plain {@code COPY}, on the embedded, durable server in a fresh home: 10 clients send batches of 500
 * rows over HTTP, authenticated and de-duplicated; then 10 connections {@code COPY} the same rows in the same batches, one
 * commit each, into the same table with the same indexes. Rounds alternate, the first pair is thrown away, the ratio of the
 * medians is printed. Durability is on for both.
 *
 * <pre>mvn -q -pl service -am test-compile exec:java -Dexec.classpathScope=test \
 *     -Dexec.mainClass=io.bitfrontier.service.ingest.IngestBenchmark</pre>
 */
public final class IngestBenchmark {
    private static final int CLIENTS = 10;
    private static final int ROWS = 500;
    private static final int BATCHES = 40;
    private static final int ROUNDS = 5;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final ConfigurableApplicationContext service;
    private final JdbcClient jdbc;
    private final HttpClient http = HttpClient.newHttpClient();
    private final ExecutorService pool = Executors.newFixedThreadPool(CLIENTS);

    private IngestBenchmark(ConfigurableApplicationContext service) {
        this.service = service;
        this.jdbc = service.getBean(JdbcClient.class);
    }

    public static void main(String[] arguments) throws Exception {
        Path home = Files.createTempDirectory("bitfrontier-ingest-");
        try (ConfigurableApplicationContext service = SpringApplication.run(
                BitfrontierService.class,
                "--bitfrontier.home=" + home,
                "--bitfrontier.background=false",
                "--server.port=0",
                "--logging.level.root=warn")) {
            new IngestBenchmark(service).measure();
        } finally {
            org.springframework.util.FileSystemUtils.deleteRecursively(home);
        }
        System.exit(0);
    }

    private void measure() throws Exception {
        List<Double> ingest = new ArrayList<>();
        List<Double> copy = new ArrayList<>();
        for (int round = 0; round <= ROUNDS; round++) {
            double byHttp = rowsPerSecond(httpRound());
            double byCopy = rowsPerSecond(copyRound());
            System.out.printf("round %d: ingest %,.0f rows/s, COPY %,.0f rows/s%n", round, byHttp, byCopy);
            if (round > 0) {
                ingest.add(byHttp);
                copy.add(byCopy);
            }
        }
        pool.shutdown();
        System.out.printf(
                "median of %d rounds: ingest %,.0f rows/s, COPY %,.0f rows/s, ratio %.2f%n",
                ROUNDS, median(ingest), median(copy), median(ingest) / median(copy));
    }

    private double rowsPerSecond(List<Callable<Void>> clients) throws Exception {
        long before = jdbc.sql("SELECT count(*) FROM metric").query(Long.class).single();
        long start = System.nanoTime();
        List<Future<Void>> running = new ArrayList<>();
        for (Callable<Void> client : clients) {
            running.add(pool.submit(client));
        }
        for (Future<Void> client : running) {
            client.get();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        long rows = jdbc.sql("SELECT count(*) FROM metric").query(Long.class).single() - before;
        if (rows != (long) CLIENTS * BATCHES * ROWS) {
            throw new IllegalStateException("stored " + rows + " rows");
        }
        return rows / seconds;
    }

    private List<Callable<Void>> httpRound() {
        String base = "http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port");
        List<Callable<Void>> clients = new ArrayList<>();
        for (int c = 0; c < CLIENTS; c++) {
            Assignment attempt = attempt();
            List<byte[]> bodies = new ArrayList<>();
            for (int b = 1; b <= BATCHES; b++) {
                bodies.add(JSON.writeValueAsBytes(ProtocolClient.batch(b, ROWS)));
            }
            URI uri = URI.create(base + "/api/v1/attempts/" + attempt.attemptId() + "/metrics");
            clients.add(() -> {
                for (byte[] body : bodies) {
                    send(uri, attempt.token(), body);
                }
                return null;
            });
        }
        return clients;
    }

    private void send(URI uri, String token, byte[] body) throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(uri)
                        .header("Authorization", "Bearer " + token)
                        .header(WorkerProtocol.VERSION_HEADER, "1")
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(answer.statusCode() + " " + answer.body());
        }
    }

    private List<Callable<Void>> copyRound() {
        JdbcConnectionDetails server = service.getBean(JdbcConnectionDetails.class);
        List<Callable<Void>> clients = new ArrayList<>();
        for (int c = 0; c < CLIENTS; c++) {
            long attempt = attempt().attemptId();
            List<byte[]> bodies = new ArrayList<>();
            for (int b = 1; b <= BATCHES; b++) {
                bodies.add(text(attempt, ProtocolClient.batch(b, ROWS)));
            }
            clients.add(() -> {
                try (Connection connection =
                        DriverManager.getConnection(server.getJdbcUrl(), server.getUsername(), server.getPassword())) {
                    for (byte[] body : bodies) {
                        connection
                                .unwrap(PGConnection.class)
                                .getCopyAPI()
                                .copyIn(
                                        "COPY metric (attempt_id, sequence, tokens, step, loss, learning_rate,"
                                                + " gradient_norm, tokens_per_second, memory_bytes) FROM STDIN",
                                        new java.io.ByteArrayInputStream(body));
                    }
                }
                return null;
            });
        }
        return clients;
    }

    private static byte[] text(long attempt, MetricBatch batch) {
        StringBuilder lines = new StringBuilder();
        for (MetricRow row : batch.rows()) {
            lines.append(attempt).append('\t').append(batch.sequence());
            for (Object value : List.of(
                    row.tokens(),
                    row.step(),
                    row.loss(),
                    row.learningRate(),
                    row.gradientNorm(),
                    row.tokensPerSecond(),
                    row.memoryBytes())) {
                lines.append('\t').append(value);
            }
            lines.append('\n');
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    private Assignment attempt() {
        RunBuilder.aRun().insert(jdbc);
        UUID worker = UUID.randomUUID();
        service.getBean(Workers.class)
                .register(
                        new Workers.Registration(worker, "local", "benchmark", "local", 0, Token.generate()),
                        Integer.MAX_VALUE);
        Token token = Token.generate();
        return service.getBean(Claims.class)
                .claim(worker, "local", new ClaimRequest(null, null), new AttemptToken(token.secret(), token.sha256()))
                .orElseThrow();
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
