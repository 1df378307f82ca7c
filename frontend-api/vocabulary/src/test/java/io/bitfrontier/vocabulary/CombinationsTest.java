package io.bitfrontier.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CombinationsTest {
    @ParameterizedTest
    @EnumSource(Quantizer.class)
    void everyQuantizerServesSomethingAndNeverFullPrecision(Quantizer quantizer) {
        Combinations.Rule rule = Combinations.of(quantizer);

        assertThat(rule.precisions()).isNotEmpty().doesNotContain(Precision.FULL);
        assertThat(rule.schemes()).isNotEmpty().doesNotContain(Scheme.Kind.FULL_PRECISION);
    }

    @Test
    void paretoqPicksByPrecisionAndServesEveryScheme() {
        assertThat(Arrays.stream(Precision.values()).filter(p -> !p.isFull()).map(Combinations::paretoq))
                .containsExactly(Quantizer.ELASTIC_BINARY, Quantizer.SEQ, Quantizer.SEQ, Quantizer.LSQ, Quantizer.LSQ);
        for (Precision precision : Precision.values()) {
            if (!precision.isFull()) {
                for (Scheme.Kind kind :
                        new Scheme.Kind[] {Scheme.Kind.PTQ, Scheme.Kind.QAT_FROM_SCRATCH, Scheme.Kind.FP_THEN_QAT}) {
                    assertThat(Combinations.whyNot(Combinations.paretoq(precision), precision, kind))
                            .isEmpty();
                }
            }
        }
        assertThatThrownBy(() -> Combinations.paretoq(Precision.FULL)).hasMessage("full precision has no quantizer");
    }

    @Test
    void whatDoesNotCombineSaysWhyAndWhatWould() {
        assertThat(Combinations.whyNot(Quantizer.SEQ, Precision.FOUR, Scheme.Kind.PTQ))
                .contains("seq has no 4-bit grid; it serves [1.58, 2]");
        assertThat(Combinations.whyNot(Quantizer.RTN, Precision.FOUR, Scheme.Kind.QAT_FROM_SCRATCH))
                .contains("rtn does not serve qat-from-scratch; it serves [ptq]");
    }
}
