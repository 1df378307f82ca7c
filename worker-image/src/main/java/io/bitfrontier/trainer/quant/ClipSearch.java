package io.bitfrontier.trainer.quant;

import static org.bytedeco.pytorch.global.torch.where;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Post-training quantization with the clip range that minimizes each row's Σ(w − ŵ)², rather than the quantizer's own start
 * value: the error-minimizing baseline that quantization-aware training has to beat.
 */
public final class ClipSearch {
    /** Candidates between 0 and {@link #WIDEST} times the start value. */
    private static final int CANDIDATES = 120;

    private static final double WIDEST = 1.2;
    /** Refinements of the best candidate; an exact refinement needs a handful. */
    private static final int REFINEMENTS = 8;

    private ClipSearch() {}

    /**
     * α per row, (rows), float32. Every row tries {@link #CANDIDATES} fractions of the start value; the best is refined by
     * alternating between the codes for the scale and the least-squares scale for the codes, Σwq/Σq² (Lloyd's method on a
     * uniform grid). Never worse than the start value.
     *
     * @throws IllegalArgumentException where α is not per row (BitNet absmean)
     */
    public static Tensor scale(WeightQuantizer quantizer, Tensor weight) {
        if (quantizer instanceof BitNetAbsmean) {
            throw new IllegalArgumentException(
                    "bitnet-absmean has one scale per matrix, there is no clip range per row");
        }
        Tensor best = quantizer.initialScale(weight).clone();
        try (PointerScope outer = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor start = best.clone();
            Tensor error = error(quantizer, weight, best);
            for (int i = 1; i <= CANDIDATES; i++) {
                try (PointerScope scope = new PointerScope()) {
                    keepBetter(quantizer, weight, start.mul(new Scalar(WIDEST * i / CANDIDATES)), best, error);
                }
            }
            for (int i = 0; i < REFINEMENTS; i++) {
                try (PointerScope scope = new PointerScope()) {
                    Tensor codes = quantizer
                            .quantize(weight, best)
                            .div(best.clamp_min(new Scalar(quantizer.grid().floor()))
                                    .unsqueeze(1));
                    Tensor fitted =
                            weight.mul(codes).sum(1).div(codes.mul(codes).sum(1));
                    keepBetter(quantizer, weight, fitted.nan_to_num(), best, error);
                }
            }
        }
        return best;
    }

    private static void keepBetter(
            WeightQuantizer quantizer, Tensor weight, Tensor candidate, Tensor best, Tensor error) {
        Tensor candidateError = error(quantizer, weight, candidate);
        Tensor better = candidateError.lt(error);
        best.copy_(where(better, candidate, best));
        error.copy_(where(better, candidateError, error));
    }

    /** Σ(w − Q(w, α))² per row. */
    static Tensor error(WeightQuantizer quantizer, Tensor weight, Tensor scale) {
        Tensor difference = weight.sub(quantizer.quantize(weight, scale));
        return difference.mul(difference).sum(1);
    }
}
