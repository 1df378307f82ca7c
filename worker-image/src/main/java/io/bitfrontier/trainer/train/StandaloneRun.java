package io.bitfrontier.trainer.train;

import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.ModelSize;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.EvaluateWork;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import io.bitfrontier.vocabulary.work.EvaluationResult;
import io.bitfrontier.vocabulary.work.PointTraining.Link;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Trains one point into a directory: {@code states/}, {@code metrics.csv}, {@code result.json}. Started again on the same
 * directory it goes on from the newest checkpoint.
 */
final class StandaloneRun {
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final TrainSpecification specification;
    private final Path out;
    private final long checkpointSeconds;
    private final WorkExecutor executor;
    private final PrintWriter terminal;
    private final Supplier<TrainingMonitor.Directive> directive;

    StandaloneRun(
            TrainSpecification specification,
            Path out,
            long checkpointSeconds,
            WorkExecutor executor,
            PrintWriter terminal,
            Supplier<TrainingMonitor.Directive> directive) {
        this.specification = specification;
        this.out = out;
        this.checkpointSeconds = checkpointSeconds;
        this.executor = executor;
        this.terminal = terminal;
        this.directive = directive;
    }

    void run() throws IOException {
        Files.createDirectories(out);
        List<Link> lineage = specification.lineage();
        Monitor monitor = new Monitor(lineage.get(lineage.size() - 1).tokens());
        StoredCheckpoint reached = null;
        StoredCheckpoint start = null;
        for (Link link : lineage) {
            start = reached;
            reached = follow(link, reached, monitor);
        }
        if (reached != null) {
            finish(lineage.get(lineage.size() - 1), reached, start, monitor);
        }
    }

    private StoredCheckpoint follow(Link link, @Nullable StoredCheckpoint from, Monitor monitor) throws IOException {
        String fingerprint = link.trajectory().fingerprint();
        Path directory = out.resolve("states").resolve(fingerprint.substring(0, 12));
        Optional<StoredCheckpoint> newest = CheckpointDirectory.newest(directory, fingerprint);
        if (newest.isPresent() && newest.get().tokens() == link.tokens()) {
            return newest.get();
        }
        TrainWork work = new TrainWork(
                link.trajectory(),
                link.trajectory().startTokens(),
                link.tokens(),
                from,
                newest.orElse(null),
                checkpointSeconds);
        return executor.train(work, directory, monitor);
    }

    private void finish(Link link, StoredCheckpoint reached, @Nullable StoredCheckpoint start, Monitor monitor)
            throws IOException {
        EvaluationResult result = executor.evaluate(
                new EvaluateWork(link.trajectory(), link.tokens(), reached, start, specification.evaluation()),
                monitor);
        ModelSize size = ModelSize.of(link.trajectory().model(), specification.precision());
        ObjectNode document = JSON.createObjectNode();
        document.put("model", ModelCatalog.nameOf(link.trajectory().model()))
                .put("parameters", link.trajectory().model().totalParameters())
                .put("effectiveSizeBytes", size.effectiveBytes())
                .put("packedSizeBytes", size.packedBytes())
                .put("precision", specification.precision().label())
                .put("scheme", specification.scheme().label())
                .put(
                        "quantizer",
                        specification.quantizer() == null
                                ? null
                                : specification.quantizer().quantizer().label())
                .put("tokens", link.tokens())
                .put("seed", link.trajectory().seed())
                .put("evaluation", specification.evaluation().version());
        document.set("trajectory", JSON.valueToTree(link.trajectory()));
        document.set("checkpoint", JSON.valueToTree(reached));
        document.set("metrics", JSON.valueToTree(result.metrics()));
        document.set("layerDrift", JSON.valueToTree(result.layerDrift()));
        Path temporary = out.resolve("result.json.writing");
        Files.write(temporary, JSON.writeValueAsBytes(document));
        Files.move(
                temporary,
                out.resolve("result.json"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        terminal.println("result in " + out.resolve("result.json"));
        terminal.flush();
    }

    /** Prints and keeps the curve. */
    private final class Monitor implements TrainingMonitor {
        private final MetricsFile metrics = new MetricsFile(out.resolve("metrics.csv"));
        private final long goal;

        Monitor(long goal) {
            this.goal = goal;
        }

        @Override
        public void started(long resumedFromTokens) {
            try {
                metrics.continueFrom(resumedFromTokens);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void step(MetricRow row) {
            try {
                metrics.append(row);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            log(String.format(
                    Locale.ROOT,
                    "%d of %d tokens (%.0f %%)  loss %.4f  rate %.2e  %.0f tokens/s",
                    row.tokens(),
                    goal,
                    100.0 * row.tokens() / goal,
                    row.loss(),
                    row.learningRate(),
                    row.tokensPerSecond()));
        }

        @Override
        public void checkpoint(StoredCheckpoint checkpoint) {
            log("checkpoint " + checkpoint.uri());
        }

        @Override
        public void log(String line) {
            terminal.println(line);
            terminal.flush();
        }

        @Override
        public Directive directive() {
            return directive.get();
        }
    }
}
