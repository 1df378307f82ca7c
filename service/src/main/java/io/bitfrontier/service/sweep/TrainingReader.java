package io.bitfrontier.service.sweep;

import io.bitfrontier.service.plan.TrainingSettings;
import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import io.bitfrontier.vocabulary.work.OptimizerSpec;
import io.bitfrontier.vocabulary.work.TrainingDefaults;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads how points are trained. Defaults are those of {@link TrainingDefaults}. */
final class TrainingReader {
    static final String[] FIELDS = {
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
        "qat",
        "independent"
    };
    private static final int LONGEST_SEQUENCE = 1 << 17;
    private static final int LARGEST_BATCH = 1 << 28;
    private static final int MOST_MICRO_BATCHES = 1 << 12;
    private static final int LONGEST_WARMUP = 1 << 24;
    private static final Numbers.Range RATE = Numbers.Range.above(0, 1);
    private static final Numbers.Range SHARE = new Numbers.Range(0, true, 1, false);

    private final Section section;
    private final Findings findings;

    TrainingReader(Section section, Findings findings) {
        this.section = section;
        this.findings = findings;
    }

    /**
     * Sizes of a step.
     *
     * @param batchTokens 0 when it is in error
     */
    record Batch(int sequenceLength, int batchTokens, int microBatches) {}

    Batch batch(@Nullable DataSpec data) {
        int sequence = (int) section.whole("sequenceLength", TrainingDefaults.SEQUENCE_LENGTH, 2, LONGEST_SEQUENCE);
        if (data != null && data.isSynthetic() && sequence != TrainingDefaults.SEQUENCE_LENGTH) {
            findings.add(
                    section.at("sequenceLength"),
                    Integer.toString(sequence),
                    "must be 128 with the synthetic corpus, whose documents have 128 tokens");
        }
        int batch = (int) section.whole("batchTokens", TrainingDefaults.BATCH_TOKENS, 1, LARGEST_BATCH);
        int micro = (int) section.whole("microBatches", TrainingDefaults.MICRO_BATCHES, 1, MOST_MICRO_BATCHES);
        long unit = (long) sequence * micro;
        if (batch % unit != 0) {
            findings.add(
                    section.at("batchTokens"),
                    Integer.toString(batch),
                    "must be a multiple of " + unit + " = sequenceLength " + sequence + " × microBatches " + micro);
            return new Batch(sequence, 0, micro);
        }
        return new Batch(sequence, batch, micro);
    }

    TrainingSettings read(
            DataSpec data, Batch batch, Collection<ModelCatalog.Entry> models, EvaluationSpec evaluation) {
        double weightDecay =
                section.number("weightDecay", TrainingDefaults.OPTIMIZER.weightDecay(), Numbers.Range.from(0, 10));
        OptimizerSpec optimizer = new OptimizerSpec(
                0,
                section.number(
                        "scaleLearningRate",
                        TrainingDefaults.OPTIMIZER.scaleLearningRate(),
                        Numbers.Range.from(0, 100)),
                section.number("beta1", TrainingDefaults.OPTIMIZER.beta1(), SHARE),
                section.number("beta2", TrainingDefaults.OPTIMIZER.beta2(), SHARE),
                section.number("epsilon", TrainingDefaults.OPTIMIZER.epsilon(), Numbers.Range.above(0, 1)),
                weightDecay,
                section.number("gradientClip", TrainingDefaults.OPTIMIZER.gradientClip(), Numbers.Range.from(0, 1e6)));
        Section qat = section.section("qat", "learningRate", "weightDecay");
        return new TrainingSettings(
                data,
                batch.sequenceLength(),
                batch.batchTokens(),
                batch.microBatches(),
                schedule(),
                (int) section.whole("warmupSteps", TrainingDefaults.WARMUP_STEPS, 0, LONGEST_WARMUP),
                optimizer,
                learningRates(models),
                qatLearningRates(qat),
                qat.number("weightDecay", weightDecay, Numbers.Range.from(0, 10)),
                section.flag("independent", false),
                evaluation);
    }

    TrainingSettings.Schedule schedule() {
        return section.text("schedule")
                .flatMap(text -> Arrays.stream(TrainingSettings.Schedule.values())
                        .filter(schedule -> schedule.label().equals(text))
                        .findFirst()
                        .or(() -> {
                            findings.add(section.at("schedule"), text, "must be wsd or cosine");
                            return Optional.empty();
                        }))
                .orElse(TrainingSettings.Schedule.WSD);
    }

    private Map<String, Double> learningRates(Collection<ModelCatalog.Entry> models) {
        Map<@Nullable String, Double> given = section.numbersBy(
                "learningRate",
                RATE,
                key -> {
                    String name = ModelCatalog.byName(key)
                            .map(ModelCatalog.Entry::name)
                            .orElse(key);
                    return models.stream()
                            .map(ModelCatalog.Entry::name)
                            .filter(name::equals)
                            .findFirst();
                },
                "the models of this grid ("
                        + String.join(
                                ", ",
                                models.stream().map(ModelCatalog.Entry::name).toList()) + ")");
        Double otherwise = given.get(null);
        Map<String, Double> rates = new LinkedHashMap<>();
        for (ModelCatalog.Entry model : models) {
            double fallback = otherwise == null ? TrainingDefaults.learningRate(model.shape()) : otherwise;
            rates.put(model.name(), given.getOrDefault(model.name(), fallback));
        }
        return rates;
    }

    private static Map<Precision, Double> qatLearningRates(Section qat) {
        Map<@Nullable Precision, Double> given = qat.numbersBy(
                "learningRate",
                RATE,
                key -> Precision.parse(key).filter(precision -> !precision.isFull()),
                "1, 1.58, 2, 3, 4");
        Double otherwise = given.get(null);
        Map<Precision, Double> rates = new LinkedHashMap<>();
        for (Precision precision : Precision.values()) {
            Double rate = given.getOrDefault(precision, otherwise);
            if (rate != null && !precision.isFull()) {
                rates.put(precision, rate);
            }
        }
        return rates;
    }
}
