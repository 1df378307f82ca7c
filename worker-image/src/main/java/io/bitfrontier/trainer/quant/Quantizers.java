package io.bitfrontier.trainer.quant;

import io.bitfrontier.vocabulary.Combinations;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import java.util.ArrayList;
import java.util.List;

/** From a quantizer's name and bit width to the quantizer. */
public final class Quantizers {
    private Quantizers() {}

    /**
     * @throws IllegalArgumentException when the quantizer has no such grid or the α-gradient is neither {@code reference} nor
     *     {@code exact}; every violation is named
     */
    public static WeightQuantizer of(QuantizerSpec spec) {
        List<String> violations = new ArrayList<>();
        Precision precision = spec.precision();
        Combinations.Rule rule = Combinations.of(spec.quantizer());
        if (!rule.precisions().contains(precision)) {
            violations.add("precision is " + precision.label() + ", "
                    + spec.quantizer().label() + " serves "
                    + rule.precisions().stream().sorted().map(Precision::label).toList());
        }
        boolean exact = QuantizerSpec.EXACT_GRADIENT.equals(spec.scaleGradient());
        if (!exact && !QuantizerSpec.REFERENCE_GRADIENT.equals(spec.scaleGradient())) {
            violations.add("scaleGradient is " + spec.scaleGradient() + ", it is one of ["
                    + QuantizerSpec.REFERENCE_GRADIENT + ", " + QuantizerSpec.EXACT_GRADIENT + "]");
        }
        if (!violations.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", violations));
        }
        return switch (spec.quantizer()) {
            case ELASTIC_BINARY -> new ElasticBinary();
            case SEQ -> new StretchedElastic(precision, exact);
            case LSQ -> new LearnedStepSize(precision);
            case RTN -> new RoundToNearest(precision);
            case CLIP_SEARCH -> new ErrorMinimizing(precision);
            case MIN_MAX -> new MinMax(precision);
            case STATISTICS_CLIP -> new StatisticsClip(precision);
            case QUANTILE_CLIP -> new QuantileClip(precision);
            case BITNET_ABSMEAN -> new BitNetAbsmean();
        };
    }
}
