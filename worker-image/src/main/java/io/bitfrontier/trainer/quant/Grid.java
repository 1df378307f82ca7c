package io.bitfrontier.trainer.quant;

import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * A uniform grid that weights are rounded to, in units of α: x = w / α, the level nearest to it, and which x lie inside the
 * clip range. Every quantizer is a grid and a rule for α.
 *
 * <p>Rounding is half to even, as in IEEE 754 and LibTorch. No level is −0, so that two implementations can be compared bit
 * for bit. Shapes: w and x (rows, cols), α (rows).
 */
public sealed interface Grid {
    /** Smallest α that a weight is divided by; a smaller or negative one counts as this. */
    float SCALE_FLOOR = 1e-5f;

    /** The levels, ascending. */
    double[] levels();

    /** The level that each weight is rounded to. */
    Tensor level(Tensor weight, Tensor ratio);

    /** Lowest x that is not clipped. */
    float lowest();

    /** Highest x that is not clipped. */
    float highest();

    /** ∂ŵ/∂α where x is clipped from below. */
    float slopeBelow();

    /** ∂ŵ/∂α where x is clipped from above. */
    float slopeAbove();

    /** Qp of the gradient factor 1/√(numel·Qp). */
    int highestCode();

    /** What α is at least. */
    default float floor() {
        return SCALE_FLOOR;
    }

    /** What is added to α in the division, and only there. */
    default float offset() {
        return 0f;
    }

    /**
     * α·sign(w): levels ±1, sign(0) = 0. Clipped beyond ±1; the slope with respect to α is sign(w) everywhere.
     */
    record Sign() implements Grid {
        @Override
        public double[] levels() {
            return new double[] {-1, 1};
        }

        @Override
        public Tensor level(Tensor weight, Tensor ratio) {
            return weight.sign();
        }

        @Override
        public float lowest() {
            return -1f;
        }

        @Override
        public float highest() {
            return 1f;
        }

        @Override
        public float slopeBelow() {
            return -1f;
        }

        @Override
        public float slopeAbove() {
            return 1f;
        }

        @Override
        public int highestCode() {
            return 1;
        }
    }

    /**
     * SEQ's grid (arXiv 2502.02631, section 3): (round(n·clip(x, ±0.99) − s) + s) / n, levels balanced around zero. n = 1.5
     * and s = 0 give −⅔, 0, ⅔; n = 2 and s = ½ give ±¼, ±¾.
     *
     * @param count n, half the number of levels
     * @param shift s
     * @param edge |∂ŵ/∂α| where x is clipped
     */
    record Stretched(float count, float shift, float edge) implements Grid {
        /** Half the width of the clip range: just inside 1, so that ±1 rounds to the outermost level. */
        public static final float CLIP = 0.99f;

        /** Three levels. */
        static Stretched ternary(float edge) {
            return new Stretched(1.5f, 0f, edge);
        }

        /** Four levels. */
        static Stretched twoBits() {
            return new Stretched(2f, 0.5f, 0.75f);
        }

        @Override
        public double[] levels() {
            int levels = Math.round(2 * count);
            return IntStream.range(0, levels)
                    .mapToDouble(i -> (2 * i + 1 - levels) / (2.0 * count))
                    .toArray();
        }

        @Override
        public Tensor level(Tensor weight, Tensor ratio) {
            return ratio.clamp(optional(-CLIP), optional(CLIP))
                    .mul(new Scalar(count))
                    .sub(new Scalar(shift))
                    .round()
                    .add(new Scalar(shift))
                    .div(new Scalar(count));
        }

        @Override
        public float lowest() {
            return -CLIP;
        }

        @Override
        public float highest() {
            return CLIP;
        }

        @Override
        public float slopeBelow() {
            return -edge;
        }

        @Override
        public float slopeAbove() {
            return edge;
        }

        @Override
        public int highestCode() {
            return 1;
        }
    }

    /**
     * Whole steps: clip(round(x), low, high).
     *
     * @param low lowest code
     * @param high highest code
     * @param floor what α is at least
     * @param offset what is added to α in the division, and only there
     */
    record Steps(int low, int high, float floor, float offset) implements Grid {
        /** Two's complement codes of {@code bits} bits. */
        static Steps ofBits(int bits) {
            return new Steps(-(1 << (bits - 1)), (1 << (bits - 1)) - 1, SCALE_FLOOR, 0f);
        }

        /** −1, 0, 1. */
        static Steps ternary() {
            return new Steps(-1, 1, SCALE_FLOOR, 0f);
        }

        @Override
        public double[] levels() {
            return IntStream.rangeClosed(low, high).asDoubleStream().toArray();
        }

        @Override
        public Tensor level(Tensor weight, Tensor ratio) {
            return ratio.round().add(new Scalar(0f)).clamp(optional(low), optional(high));
        }

        @Override
        public float lowest() {
            return low;
        }

        @Override
        public float highest() {
            return high;
        }

        @Override
        public float slopeBelow() {
            return low;
        }

        @Override
        public float slopeAbove() {
            return high;
        }

        @Override
        public int highestCode() {
            return high;
        }
    }

    private static ScalarOptional optional(float value) {
        return new ScalarOptional(new Scalar(value));
    }
}
