package io.bitfrontier.service.plan;

import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Scheme;
import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import io.bitfrontier.vocabulary.work.OptimizerSpec;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Grids and settings with valid defaults. */
final class Grids {
    static final List<Precision> LOW =
            List.of(Precision.ONE, Precision.TERNARY, Precision.TWO, Precision.THREE, Precision.FOUR);
    static final DataSpec DATA = DataSpec.synthetic(1);

    private Grids() {}

    static List<ModelCatalog.Entry> models(String... names) {
        return Arrays.stream(names)
                .map(name -> ModelCatalog.byName(name).orElseThrow())
                .toList();
    }

    static Scheme fpThenQat(String fraction, Scheme.Parent parent) {
        return Scheme.fpThenQat(new BigDecimal(fraction), parent);
    }

    static Grid grid(List<Long> tokens, List<Precision> precisions, List<Scheme> schemes) {
        return new Grid(
                models("tiny-17k"),
                tokens,
                precisions,
                schemes,
                List.of(QuantizerChoice.PARETOQ),
                List.of(1L),
                List.of());
    }

    static TrainingSettings settings(int batchTokens, TrainingSettings.Schedule schedule, boolean independent) {
        return new TrainingSettings(
                DATA,
                128,
                batchTokens,
                1,
                schedule,
                30,
                new OptimizerSpec(1, 0.1, 0.9, 0.95, 1e-8, 0.1, 1.0),
                ModelCatalog.entries().stream()
                        .map(ModelCatalog.Entry::name)
                        .collect(Collectors.toMap(Function.identity(), name -> 3e-3)),
                Map.of(Precision.ONE, 2e-3),
                0.1,
                independent,
                new EvaluationSpec(DATA, 128, 320, List.of(EvaluationSpec.PERPLEXITY)));
    }
}
