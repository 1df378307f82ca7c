package io.bitfrontier.trainer.train;

import io.bitfrontier.trainer.device.ComputeDevice;
import io.bitfrontier.trainer.model.Decoder;
import io.bitfrontier.trainer.model.LanguageModel;
import io.bitfrontier.trainer.model.ParameterArena;
import io.bitfrontier.trainer.model.ParameterLayout.Entry;
import io.bitfrontier.trainer.model.ParameterLayout.Segment;
import io.bitfrontier.trainer.quant.WeightQuantizer;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The model of a stored state, its projections quantized once and for all. */
public final class CheckpointModel implements LanguageModel, AutoCloseable {
    private final ParameterArena arena;
    private final Decoder decoder;
    private final ComputeDevice device;

    private CheckpointModel(ParameterArena arena, Decoder decoder, ComputeDevice device) {
        this.arena = arena;
        this.decoder = decoder;
        this.device = device;
    }

    /** Replaces the masters in the arena by ŵ. */
    static CheckpointModel bake(
            ParameterArena arena, TrajectorySpec trajectory, Quantization quantization, ComputeDevice device) {
        WeightQuantizer quantizer = quantization.of(trajectory.quantizer());
        if (quantizer != null) {
            try (PointerScope scope = new PointerScope()) {
                for (Entry matrix : arena.layout().entries(Segment.MATRICES)) {
                    Tensor weight = arena.value(matrix);
                    Tensor quantized = torch.empty_like(weight);
                    quantization
                            .kernel()
                            .forward(quantizer, weight, FakeQuantization.scale(arena, matrix, quantizer), quantized);
                    weight.copy_(quantized);
                }
            }
        }
        boolean int8 = quantizer != null && quantizer.quantizesActivations();
        return new CheckpointModel(arena, new Decoder(trajectory.model(), arena.leaves(), int8), device);
    }

    @Override
    public int vocab() {
        return decoder.vocab();
    }

    @Override
    public Tensor logits(Tensor tokens) {
        NoGradGuard guard = new NoGradGuard();
        try {
            return decoder.logits(device.place(tokens)).cpu();
        } finally {
            guard.close();
        }
    }

    @Override
    public void close() {
        decoder.close();
        arena.close();
    }
}
