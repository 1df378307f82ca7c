package io.bitfrontier.trainer.train;

import io.bitfrontier.trainer.model.ParameterArena;
import io.bitfrontier.trainer.model.ParameterLayout;
import io.bitfrontier.trainer.model.ParameterLayout.Entry;
import io.bitfrontier.trainer.model.ParameterLayout.Segment;
import io.bitfrontier.trainer.quant.QuantizationKernel;
import io.bitfrontier.trainer.quant.WeightQuantizer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The leaf way of wiring a quantizer: ŵ once before a step's micro-batches, the gradient back through it once behind them.
 * Both calls belong to one {@code PointerScope}.
 */
final class FakeQuantization {
    private final ParameterArena arena;
    private final WeightQuantizer quantizer;
    private final QuantizationKernel kernel;
    private final List<Entry> matrices;
    private final List<Tensor> scales = new ArrayList<>();

    FakeQuantization(ParameterArena arena, WeightQuantizer quantizer, QuantizationKernel kernel) {
        this.arena = arena;
        this.quantizer = quantizer;
        this.kernel = kernel;
        this.matrices = arena.layout().entries(Segment.MATRICES);
    }

    boolean quantizesActivations() {
        return quantizer.quantizesActivations();
    }

    /** Writes ŵ of the current masters. */
    void quantize() {
        scales.clear();
        for (Entry matrix : matrices) {
            Tensor scale = scale(arena, matrix, quantizer);
            scales.add(scale);
            kernel.forward(quantizer, arena.value(matrix), scale, arena.quantized(matrix));
        }
    }

    /** Turns ∂L/∂ŵ into ∂L/∂w in place and writes ∂L/∂α. */
    void pullBack() {
        for (int i = 0; i < matrices.size(); i++) {
            Entry matrix = matrices.get(i);
            Tensor scale = scales.get(i);
            Tensor scaleGradient = quantizer.learnsScale()
                    ? arena.gradient(scaleEntry(arena, matrix)).view(matrix.rows())
                    : torch.empty_like(scale);
            kernel.backward(quantizer, arena.value(matrix), scale, arena.gradient(matrix), scaleGradient);
        }
    }

    /** α of a matrix, (rows): the parameter where it is learned, otherwise computed from the weights. */
    static Tensor scale(ParameterArena arena, Entry matrix, WeightQuantizer quantizer) {
        return quantizer.learnsScale()
                ? arena.value(scaleEntry(arena, matrix)).view(matrix.rows())
                : quantizer.initialScale(arena.value(matrix));
    }

    private static Entry scaleEntry(ParameterArena arena, Entry matrix) {
        return arena.layout().entry(ParameterLayout.scaleName(matrix.name()));
    }
}
