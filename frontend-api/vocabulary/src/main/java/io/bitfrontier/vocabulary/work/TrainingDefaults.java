package io.bitfrontier.vocabulary.work;

import io.bitfrontier.vocabulary.ModelShape;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

/** What a document that names no training setting gets: those that the tiny models were tuned with. */
public final class TrainingDefaults {
    /** A document of the synthetic language is exactly one sequence. */
    public static final int SEQUENCE_LENGTH = 128;

    public static final int BATCH_TOKENS = 1024;
    public static final int MICRO_BATCHES = 1;
    public static final int WARMUP_STEPS = 30;
    public static final int EVALUATION_WINDOWS = 320;
    public static final List<String> EVALUATION_TASKS = List.of(EvaluationSpec.PERPLEXITY, EvaluationSpec.CHOICES);

    /** AdamW without a rate, which depends on the {@linkplain #learningRate model}. */
    public static final OptimizerSpec OPTIMIZER = new OptimizerSpec(0, 0.1, 0.9, 0.95, 1e-8, 0.1, 1.0);

    private static final double RATE_AT_REFERENCE = 5e-3;
    private static final double REFERENCE_PARAMETERS = 17_000;
    private static final double RATE_EXPONENT = 0.22;
    private static final double LARGEST_RATE = 1e-2;

    private TrainingDefaults() {}

    /** AdamW with the default {@linkplain #learningRate rate} of a model. */
    public static OptimizerSpec optimizer(ModelShape shape) {
        return OPTIMIZER.withLearningRate(learningRate(shape));
    }

    /**
     * 5e-3 · (17 000 / N)^0.22, at most 1e-2, in two digits, with N all parameters. Fitted to the rates that the tiny models were
     * tuned with (5e-3, 4e-3, 3e-3 at 17k, 44k and 168k); it gives 7.1e-4 at 125M and 2.8e-4 at 8B, near what such models are
     * published with.
     */
    public static double learningRate(ModelShape shape) {
        double rate = RATE_AT_REFERENCE * StrictMath.pow(REFERENCE_PARAMETERS / shape.totalParameters(), RATE_EXPONENT);
        return BigDecimal.valueOf(Math.min(LARGEST_RATE, rate))
                .round(new MathContext(2))
                .doubleValue();
    }
}
