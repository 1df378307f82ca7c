package io.bitfrontier.vocabulary;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The one table of which quantizer, precision and scheme combine. The catalog shows it and the validation uses it.
 *
 * <p>Post-training use of a learned quantizer means its grid at its initial α; a quantizer that exists only after training
 * (RTN) or only during it (BitNet absmean, whose activations are int8 as well) says so here.
 */
public final class Combinations {
    private static final Set<Precision> LOW =
            EnumSet.of(Precision.ONE, Precision.TERNARY, Precision.TWO, Precision.THREE, Precision.FOUR);
    private static final Set<Scheme.Kind> ANY_SCHEME =
            EnumSet.of(Scheme.Kind.PTQ, Scheme.Kind.QAT_FROM_SCRATCH, Scheme.Kind.FP_THEN_QAT);
    private static final Set<Scheme.Kind> QAT = EnumSet.of(Scheme.Kind.QAT_FROM_SCRATCH, Scheme.Kind.FP_THEN_QAT);

    private static final Map<Quantizer, Rule> TABLE = new EnumMap<>(Quantizer.class);

    static {
        TABLE.put(Quantizer.ELASTIC_BINARY, new Rule(EnumSet.of(Precision.ONE), ANY_SCHEME));
        TABLE.put(Quantizer.SEQ, new Rule(EnumSet.of(Precision.TERNARY, Precision.TWO), ANY_SCHEME));
        TABLE.put(Quantizer.LSQ, new Rule(EnumSet.of(Precision.TWO, Precision.THREE, Precision.FOUR), ANY_SCHEME));
        TABLE.put(Quantizer.RTN, new Rule(LOW, EnumSet.of(Scheme.Kind.PTQ)));
        TABLE.put(Quantizer.CLIP_SEARCH, new Rule(LOW, EnumSet.of(Scheme.Kind.PTQ)));
        TABLE.put(Quantizer.MIN_MAX, new Rule(LOW, QAT));
        TABLE.put(Quantizer.STATISTICS_CLIP, new Rule(LOW, ANY_SCHEME));
        TABLE.put(Quantizer.QUANTILE_CLIP, new Rule(LOW, ANY_SCHEME));
        TABLE.put(
                Quantizer.BITNET_ABSMEAN,
                new Rule(EnumSet.of(Precision.TERNARY), EnumSet.of(Scheme.Kind.QAT_FROM_SCRATCH)));
    }

    private Combinations() {}

    /** Precisions and schemes a quantizer serves. */
    public record Rule(Set<Precision> precisions, Set<Scheme.Kind> schemes) {
        public Rule {
            precisions = Set.copyOf(precisions);
            schemes = Set.copyOf(schemes);
        }
    }

    public static Rule of(Quantizer quantizer) {
        Rule rule = TABLE.get(quantizer);
        if (rule == null) {
            throw new IllegalStateException("no rule for " + quantizer);
        }
        return rule;
    }

    /** The ParetoQ choice: elastic binary at 1 bit, SEQ at 1.58 and 2, LSQ at 3 and 4 (arXiv 2502.02631, section 4). */
    public static Quantizer paretoq(Precision precision) {
        return switch (precision) {
            case ONE -> Quantizer.ELASTIC_BINARY;
            case TERNARY, TWO -> Quantizer.SEQ;
            case THREE, FOUR -> Quantizer.LSQ;
            case FULL -> throw new IllegalArgumentException("full precision has no quantizer");
        };
    }

    /** Why the three do not combine, in one sentence, or empty when they do. */
    public static Optional<String> whyNot(Quantizer quantizer, Precision precision, Scheme.Kind scheme) {
        Rule rule = of(quantizer);
        if (!rule.precisions().contains(precision)) {
            return Optional.of(quantizer.label() + " has no " + precision.label() + "-bit grid; it serves "
                    + rule.precisions().stream().sorted().map(Precision::label).toList());
        }
        if (!rule.schemes().contains(scheme)) {
            return Optional.of(quantizer.label() + " does not serve " + scheme.label() + "; it serves "
                    + rule.schemes().stream().sorted().map(Scheme.Kind::label).toList());
        }
        return Optional.empty();
    }
}
