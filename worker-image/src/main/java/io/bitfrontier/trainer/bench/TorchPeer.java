package io.bitfrontier.trainer.bench;

import io.bitfrontier.vocabulary.ModelShape;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An equal model in PyTorch, in a Python process that steps when asked: {@code peer.py}. */
final class TorchPeer implements AutoCloseable {
    private static final String SCRIPT = "/bench/peer.py";

    private final JsonMapper json = JsonMapper.builder().build();
    private final Path script;
    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader answers;
    private final String version;

    /**
     * Starts it.
     *
     * @param python interpreter that has torch
     * @throws IOException if it does not start or has no torch; its own message is on standard error
     */
    TorchPeer(Path python, TrajectorySpec trajectory, int threads) throws IOException {
        script = Files.createTempFile("bitfrontier-peer", ".py");
        try (InputStream source = TorchPeer.class.getResourceAsStream(SCRIPT)) {
            if (source == null) {
                throw new IOException(SCRIPT + " is not on the class path");
            }
            Files.copy(source, script, StandardCopyOption.REPLACE_EXISTING);
        }
        ProcessBuilder builder = new ProcessBuilder(python.toString(), script.toString());
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
        builder.environment().put("MKL_NUM_THREADS", Integer.toString(threads));
        process = builder.start();
        requests = process.outputWriter(StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
        ModelShape model = trajectory.model();
        version = ask(Map.of(
                        "layers", model.layers(),
                        "dim", model.dim(),
                        "heads", model.heads(),
                        "kvHeads", model.kvHeads(),
                        "ffn", model.ffn(),
                        "vocab", model.vocab(),
                        "sequence", trajectory.sequenceLength(),
                        "sequences", trajectory.batchTokens() / trajectory.sequenceLength(),
                        "microBatches", trajectory.microBatches(),
                        "threads", threads))
                .path("ready")
                .asString();
    }

    /** PyTorch's version. */
    String version() {
        return version;
    }

    /** @param mode {@code full}, or a precision's label for fake quantization inside every forward */
    Contestant contestant(String mode, int stepsPerBlock) {
        return new Contestant() {
            @Override
            public String name() {
                return "PyTorch " + mode;
            }

            @Override
            public double block() {
                try {
                    JsonNode seconds = ask(Map.of("mode", mode, "steps", stepsPerBlock + 1))
                            .path("seconds");
                    double[] all = json.treeToValue(seconds, double[].class);
                    return Spread.median(Arrays.copyOfRange(all, 1, all.length));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            @Override
            public void close() {
                // the process serves the other modes too
            }
        };
    }

    private JsonNode ask(Object request) throws IOException {
        requests.write(json.writeValueAsString(request));
        requests.newLine();
        requests.flush();
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("the PyTorch process ended");
        }
        return json.readTree(answer);
    }

    @Override
    public void close() {
        try {
            requests.close();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroy();
            }
            answers.close();
            Files.deleteIfExists(script);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
        }
    }
}
