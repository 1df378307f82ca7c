package io.bitfrontier.service.plan;

import io.bitfrontier.vocabulary.Combinations;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A value of the quantizer axis: one function, or ParetoQ's choice by precision.
 *
 * @param function the function, or null for {@code paretoq}
 */
public record QuantizerChoice(@Nullable Quantizer function) {
    public static final String PARETOQ_LABEL = "paretoq";
    public static final QuantizerChoice PARETOQ = new QuantizerChoice(null);

    public static Optional<QuantizerChoice> parse(String text) {
        if (text.trim().equals(PARETOQ_LABEL)) {
            return Optional.of(PARETOQ);
        }
        return Quantizer.parse(text).map(QuantizerChoice::new);
    }

    /** The function at a precision below 16. */
    public Quantizer at(Precision precision) {
        return function == null ? Combinations.paretoq(precision) : function;
    }

    public String label() {
        return function == null ? PARETOQ_LABEL : function.label();
    }
}
