package io.bitfrontier.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemeTest {
    @Test
    void theFractionIsANumberNotItsSpelling() {
        Scheme scheme = Scheme.fpThenQat(new BigDecimal("0.10"), Scheme.Parent.ANNEALED);

        assertThat(scheme).isEqualTo(Scheme.fpThenQat(new BigDecimal("0.1"), Scheme.Parent.ANNEALED));
        assertThat(scheme.label()).isEqualTo("fp-then-qat(0.1, annealed)");
        assertThat(Scheme.PTQ.label()).isEqualTo("ptq");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "-0.1", "1.1"})
    void theFractionLiesStrictlyBetweenZeroAndOne(String fraction) {
        assertThatThrownBy(() -> Scheme.fpThenQat(new BigDecimal(fraction), Scheme.Parent.STABLE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("is not in (0, 1)");
    }

    @Test
    void aFractionBelongsToFpThenQatAlone() {
        assertThatThrownBy(() -> new Scheme(Scheme.Kind.PTQ, BigDecimal.ONE, Scheme.Parent.STABLE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Scheme(Scheme.Kind.FP_THEN_QAT, null, null))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
