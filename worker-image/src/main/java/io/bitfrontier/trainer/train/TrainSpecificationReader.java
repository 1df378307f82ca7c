package io.bitfrontier.trainer.train;

import io.bitfrontier.vocabulary.Amount;
import io.bitfrontier.vocabulary.Combinations;
import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.ModelShape;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import io.bitfrontier.vocabulary.Scheme;
import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.DatasetManifest;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import io.bitfrontier.vocabulary.work.OptimizerSpec;
import io.bitfrontier.vocabulary.work.PointTraining;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import io.bitfrontier.vocabulary.work.TrainingDefaults;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Reads a point to train: the keys of a sweep, one value per axis. */
final class TrainSpecificationReader {
    private static final ObjectMapper YAML = YAMLMapper.builder().build();
    private static final int MANY = 1 << 20;
    private static final int LONGEST_SEQUENCE = 1 << 17;
    private static final int LARGEST_BATCH = 1 << 28;
    private static final String[] SHAPE_FIELDS = {
        "layers", "dim", "heads", "kvHeads", "ffn", "vocab", "tied", "ropeTheta", "embeddingNorm"
    };
    private static final String[] TRAINING_FIELDS = {
        "sequenceLength",
        "batchTokens",
        "microBatches",
        "schedule",
        "warmupSteps",
        "learningRate",
        "weightDecay",
        "beta1",
        "beta2",
        "epsilon",
        "gradientClip",
        "scaleLearningRate",
        "qat"
    };

    private final List<String> violations = new ArrayList<>();
    private final SpecificationSection document;

    private TrainSpecificationReader(JsonNode root) {
        document = new SpecificationSection(
                root,
                "",
                violations,
                "model",
                "tokens",
                "precision",
                "scheme",
                "quantizer",
                "seed",
                "data",
                "training",
                "evaluate",
                "evaluation");
    }

    /** A specification that cannot be trained; every fault is named. */
    static final class Invalid extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient List<String> violations;

        Invalid(List<String> violations) {
            super(String.join("\n", violations));
            this.violations = List.copyOf(violations);
        }

        List<String> violations() {
            return violations;
        }
    }

    static TrainSpecification read(String yaml) throws Invalid {
        JsonNode root;
        try {
            root = YAML.readTree(yaml);
        } catch (JacksonException e) {
            throw new Invalid(List.of("the document is not YAML: " + e.getOriginalMessage()));
        }
        return new TrainSpecificationReader(root).specification();
    }

    private TrainSpecification specification() throws Invalid {
        Precision precision = precision();
        Scheme scheme = precision.isFull() ? Scheme.FULL_PRECISION : scheme();
        QuantizerSpec quantizer = precision.isFull() ? null : quantizer(precision, scheme);
        ModelShape shape = shape();
        DataSpec data = data();
        if (data.vocab() > shape.vocab()) {
            document.violation(
                    "model", "has a vocab of " + shape.vocab() + ", the data needs at least " + data.vocab());
        }
        PointTraining training = training(shape, data, precision);
        long least = scheme.kind() == Scheme.Kind.FP_THEN_QAT ? 2L * training.batchTokens() : training.batchTokens();
        if (!document.has("tokens")) {
            document.violation("tokens", "is missing");
        }
        long tokens = document.whole("tokens", least, least, Long.MAX_VALUE / 4);
        List<String> tasks = document.texts("evaluate", TrainingDefaults.EVALUATION_TASKS);
        for (String task : tasks) {
            if (!List.of(EvaluationSpec.PERPLEXITY, EvaluationSpec.CHOICES).contains(task)) {
                document.violation("evaluate", "names " + task + ", known are perplexity and choices");
            } else if (task.equals(EvaluationSpec.CHOICES) && !data.isSynthetic()) {
                tasks = List.of(EvaluationSpec.PERPLEXITY);
            }
        }
        int windows = (int) document.section("evaluation", "windows")
                .whole("windows", TrainingDefaults.EVALUATION_WINDOWS, 1, MANY);
        if (!violations.isEmpty()) {
            throw new Invalid(violations);
        }
        return new TrainSpecification(
                training,
                Math.max(1, Math.round((double) tokens / training.batchTokens())),
                precision,
                scheme,
                quantizer,
                new EvaluationSpec(data, training.sequenceLength(), windows, tasks));
    }

    private Precision precision() {
        String text = document.text("precision").orElse(Precision.FULL.label());
        return Precision.parse(text).orElseGet(() -> {
            document.violation("precision", "is " + text + ", must be one of " + Precision.labels());
            return Precision.FULL;
        });
    }

    private Scheme scheme() {
        if (document.node("scheme").isObject()) {
            return fpThenQat(document.section("scheme", Scheme.Kind.FP_THEN_QAT.label()));
        }
        String text = document.text("scheme").orElse(Scheme.Kind.QAT_FROM_SCRATCH.label());
        Scheme.Kind kind = Scheme.Kind.parse(text)
                .filter(k -> k != Scheme.Kind.FULL_PRECISION)
                .orElse(null);
        if (kind == null) {
            document.violation("scheme", "is " + text + ", must be ptq, qat-from-scratch or fp-then-qat");
            return Scheme.PTQ;
        }
        return kind == Scheme.Kind.FP_THEN_QAT
                ? Scheme.fpThenQat(Scheme.DEFAULT_QAT_FRACTION, Scheme.Parent.ANNEALED)
                : new Scheme(kind, null, null);
    }

    private Scheme fpThenQat(SpecificationSection outer) {
        SpecificationSection section = outer.section(Scheme.Kind.FP_THEN_QAT.label(), "qatFraction", "parent");
        BigDecimal fraction = Scheme.DEFAULT_QAT_FRACTION;
        Optional<String> text = section.text("qatFraction");
        try {
            BigDecimal given = text.map(BigDecimal::new).orElse(fraction);
            if (given.signum() > 0 && given.compareTo(BigDecimal.ONE) < 0) {
                fraction = given;
            } else {
                section.violation("qatFraction", "is " + given + ", must be above 0 and below 1");
            }
        } catch (NumberFormatException e) {
            section.violation("qatFraction", "is " + text.orElse("") + ", not a number");
        }
        String parent = section.text("parent").orElse(Scheme.Parent.ANNEALED.label());
        return Scheme.fpThenQat(fraction, Scheme.Parent.parse(parent).orElseGet(() -> {
            section.violation("parent", "is " + parent + ", must be annealed or stable");
            return Scheme.Parent.ANNEALED;
        }));
    }

    private @Nullable QuantizerSpec quantizer(Precision precision, Scheme scheme) {
        String text = document.text("quantizer").orElse("paretoq");
        Optional<Quantizer> quantizer =
                text.equals("paretoq") ? Optional.of(Combinations.paretoq(precision)) : Quantizer.parse(text);
        if (quantizer.isEmpty()) {
            document.violation("quantizer", "is " + text + ", which is not in the catalog");
            return null;
        }
        Combinations.whyNot(quantizer.get(), precision, scheme.kind())
                .ifPresent(why -> document.violation("quantizer", "is " + text + ": " + why));
        return QuantizerSpec.of(quantizer.get(), precision);
    }

    private ModelShape shape() {
        if (document.node("model").isObject()) {
            return givenShape(document.section("model", SHAPE_FIELDS));
        }
        String text = document.text("model").orElse("");
        return ModelCatalog.byName(text)
                .or(() -> byCount(text))
                .map(ModelCatalog.Entry::shape)
                .orElseGet(() -> {
                    document.violation("model", "is '" + text + "', which is not in the catalog");
                    return ModelCatalog.entries().get(0).shape();
                });
    }

    private static Optional<ModelCatalog.Entry> byCount(String text) {
        try {
            return ModelCatalog.byParameters(Amount.parse(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private ModelShape givenShape(SpecificationSection section) {
        for (String field : List.of("layers", "dim", "heads", "ffn", "vocab")) {
            if (!section.has(field)) {
                section.violation(field, "is missing");
            }
        }
        int heads = (int) section.whole("heads", 1, 1, MANY);
        ModelShape shape = new ModelShape(
                (int) section.whole("layers", 1, 1, MANY),
                (int) section.whole("dim", 2L * heads, 1, MANY),
                heads,
                (int) section.whole("kvHeads", heads, 1, MANY),
                (int) section.whole("ffn", 1, 1, MANY),
                (int) section.whole("vocab", DataSpec.BYTE_VOCAB, 2, 1L << 24),
                section.flag("tied", true),
                section.number("ropeTheta", 10_000, 1, 1e9),
                null,
                1e-5,
                section.flag("embeddingNorm", false));
        shape.violations().forEach(v -> violations.add("model." + v));
        return shape;
    }

    private DataSpec data() {
        SpecificationSection section = document.section("data", "corpus", "languageSeed", "path");
        Optional<String> path = section.text("path");
        String corpus = section.text("corpus").orElse(path.isPresent() ? "text" : DataSpec.SYNTHETIC);
        if (path.isEmpty()) {
            if (!corpus.equals(DataSpec.SYNTHETIC)) {
                section.violation("path", "is missing: only the synthetic corpus needs none");
            }
            return DataSpec.synthetic(section.whole("languageSeed", 1, 0, Long.MAX_VALUE));
        }
        try {
            String manifest = DatasetManifest.of(Path.of(path.get())).sha256();
            return new DataSpec(corpus, manifest, DataSpec.BYTE_TOKENIZER, 0, path.get());
        } catch (IOException | IllegalArgumentException e) {
            section.violation("path", "is " + path.get() + ", which cannot be read: " + e.getMessage());
            return DataSpec.synthetic(1);
        }
    }

    private PointTraining training(ModelShape shape, DataSpec data, Precision precision) {
        SpecificationSection section = document.section("training", TRAINING_FIELDS);
        int sequence = (int) section.whole("sequenceLength", TrainingDefaults.SEQUENCE_LENGTH, 2, LONGEST_SEQUENCE);
        int batch = (int) section.whole("batchTokens", TrainingDefaults.BATCH_TOKENS, 1, LARGEST_BATCH);
        int micro = (int) section.whole("microBatches", TrainingDefaults.MICRO_BATCHES, 1, MANY);
        long unit = (long) sequence * micro;
        if (batch % unit != 0) {
            section.violation(
                    "batchTokens",
                    "is " + batch + ", must be a multiple of " + unit + " = sequenceLength " + sequence
                            + " × microBatches " + micro);
        }
        String schedule = section.text("schedule").orElse("wsd");
        if (!List.of("wsd", "cosine").contains(schedule)) {
            section.violation("schedule", "is " + schedule + ", must be wsd or cosine");
        }
        OptimizerSpec base = TrainingDefaults.optimizer(shape);
        OptimizerSpec optimizer = new OptimizerSpec(
                section.numberFor("learningRate", ModelCatalog.nameOf(shape), base.learningRate(), Double.MIN_VALUE, 1),
                section.number("scaleLearningRate", base.scaleLearningRate(), 0, 100),
                section.number("beta1", base.beta1(), 0, Math.nextDown(1.0)),
                section.number("beta2", base.beta2(), 0, Math.nextDown(1.0)),
                section.number("epsilon", base.epsilon(), Double.MIN_VALUE, 1),
                section.number("weightDecay", base.weightDecay(), 0, 10),
                section.number("gradientClip", base.gradientClip(), 0, 1e6));
        SpecificationSection qat = section.section("qat", "learningRate", "weightDecay");
        OptimizerSpec qatOptimizer = new OptimizerSpec(
                qat.numberFor("learningRate", precision.label(), optimizer.learningRate(), Double.MIN_VALUE, 1),
                optimizer.scaleLearningRate(),
                optimizer.beta1(),
                optimizer.beta2(),
                optimizer.epsilon(),
                qat.number("weightDecay", optimizer.weightDecay(), 0, 10),
                optimizer.gradientClip());
        return new PointTraining(
                shape,
                data,
                document.whole("seed", 1, 0, Long.MAX_VALUE),
                sequence,
                batch,
                micro,
                schedule.equals("cosine"),
                (int) section.whole("warmupSteps", TrainingDefaults.WARMUP_STEPS, 0, 1 << 24),
                optimizer,
                qatOptimizer);
    }
}
