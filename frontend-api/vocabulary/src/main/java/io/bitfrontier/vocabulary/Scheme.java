package io.bitfrontier.vocabulary;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Training scheme of a grid point: how its token budget is split between full-precision and quantization-aware training.
 *
 * @param kind which of the schemes
 * @param qatFraction share of the budget spent in QAT, in (0, 1); only for {@link Kind#FP_THEN_QAT}
 * @param parent which full-precision state QAT goes on from; only for {@link Kind#FP_THEN_QAT}
 */
public record Scheme(
        Kind kind,
        @Nullable BigDecimal qatFraction,
        @Nullable Parent parent) {
    /** ParetoQ's share: 10 % of the budget in QAT (arXiv 2502.02631, section 3.1). */
    public static final BigDecimal DEFAULT_QAT_FRACTION = new BigDecimal("0.1");

    public static final Scheme FULL_PRECISION = new Scheme(Kind.FULL_PRECISION, null, null);
    public static final Scheme PTQ = new Scheme(Kind.PTQ, null, null);
    public static final Scheme QAT_FROM_SCRATCH = new Scheme(Kind.QAT_FROM_SCRATCH, null, null);

    public Scheme {
        if ((kind == Kind.FP_THEN_QAT) != (qatFraction != null && parent != null)) {
            throw new IllegalArgumentException("qatFraction and parent belong to fp-then-qat alone: " + kind);
        }
        if (qatFraction != null) {
            qatFraction = qatFraction.stripTrailingZeros();
            if (qatFraction.signum() <= 0 || qatFraction.compareTo(BigDecimal.ONE) >= 0) {
                throw new IllegalArgumentException("qatFraction " + qatFraction + " is not in (0, 1)");
            }
        }
    }

    public static Scheme fpThenQat(BigDecimal qatFraction, Parent parent) {
        return new Scheme(Kind.FP_THEN_QAT, qatFraction, parent);
    }

    /** Unique text of the scheme: {@code ptq}, {@code fp-then-qat(0.1, annealed)}, … */
    public String label() {
        if (qatFraction == null || parent == null) {
            return kind.label();
        }
        return kind.label() + "(" + qatFraction.toPlainString() + ", " + parent.label() + ")";
    }

    /** The schemes; {@code full-precision} is what a point at precision 16 has, whatever the grid says. */
    public enum Kind {
        FULL_PRECISION("full-precision"),
        PTQ("ptq"),
        QAT_FROM_SCRATCH("qat-from-scratch"),
        FP_THEN_QAT("fp-then-qat");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }

        public static Optional<Kind> parse(String text) {
            return Arrays.stream(values())
                    .filter(k -> k.label.equals(text.trim()))
                    .findFirst();
        }
    }

    /** The full-precision state that the QAT phase starts from. */
    public enum Parent {
        /** The model annealed at (1−r)·D: the paper's recipe. QAT has fresh optimizer state. */
        ANNEALED("annealed"),
        /** The stable trunk at (1−r)·D with its optimizer state; the QAT phase carries the decay. */
        STABLE("stable");

        private final String label;

        Parent(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }

        public static Optional<Parent> parse(String text) {
            return Arrays.stream(values())
                    .filter(p -> p.label.equals(text.trim()))
                    .findFirst();
        }
    }
}
