package io.bitfrontier.trainer.model;

import io.bitfrontier.trainer.device.ComputeDevice;
import io.bitfrontier.trainer.model.ParameterLayout.Entry;
import io.bitfrontier.trainer.model.ParameterLayout.Segment;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * All fp32 master weights in one flat tensor, all gradients in another. Parameters are views, and each leaf's {@code .grad} is
 * its view of the gradients, so autograd accumulates in place and zeroing, norm, clipping and AdamW are a few operations over
 * whole ranges instead of a few per parameter.
 *
 * <p>With a quantizer the matrices that the decoder sees are not the masters but ŵ, in a flat buffer of their own: the leaf way
 * of wiring. Their gradient is ∂L/∂ŵ in the matrices' range of the gradients until it is pulled back there to ∂L/∂w.
 */
public final class ParameterArena implements AutoCloseable {
    private final ParameterLayout layout;
    private final NativeKeep keep = new NativeKeep();
    private final Tensor values;
    private final @Nullable Tensor gradients;
    private final @Nullable Tensor quantized;
    private final DecoderWeights leaves;

    /** What an arena is for. */
    public enum Use {
        /** Forward only: no gradients. */
        INFERENCE,
        /** The decoder sees the masters. */
        FULL_PRECISION,
        /** The decoder sees ŵ in place of the matrices. */
        QUANTIZED
    }

    /** Allocates an arena of zeros on a device. */
    public ParameterArena(ParameterLayout layout, Use use, ComputeDevice device) {
        this.layout = layout;
        values = keep.add(device.zeros(layout.size()));
        gradients = use == Use.INFERENCE ? null : keep.add(device.zeros(layout.size()));
        quantized = use == Use.QUANTIZED ? keep.add(device.zeros(layout.size(Segment.MATRICES))) : null;
        try (PointerScope scope = new PointerScope()) {
            leaves = buildLeaves();
        }
    }

    public ParameterLayout layout() {
        return layout;
    }

    /** The masters, (n). */
    public Tensor values() {
        return values;
    }

    /** The gradients, (n). */
    public Tensor gradients() {
        if (gradients == null) {
            throw new IllegalStateException("an arena for inference has no gradients");
        }
        return gradients;
    }

    /** What the decoder is built on. */
    public DecoderWeights leaves() {
        return leaves;
    }

    /** A new view of a parameter's master in its own shape; the caller's scope owns it. */
    public Tensor value(Entry entry) {
        return values.narrow(0, entry.offset(), entry.size()).view(entry.shape());
    }

    /** A new view of a parameter's gradient in its own shape; the caller's scope owns it. */
    public Tensor gradient(Entry entry) {
        return gradients().narrow(0, entry.offset(), entry.size()).view(entry.shape());
    }

    /** A new view of a matrix's ŵ; the caller's scope owns it. */
    public Tensor quantized(Entry matrix) {
        if (quantized == null) {
            throw new IllegalStateException("the arena holds no quantized weights");
        }
        return quantized.narrow(0, matrix.offset(), matrix.size()).view(matrix.shape());
    }

    private DecoderWeights buildLeaves() {
        Tensor seen = quantized == null ? values : quantized;
        List<DecoderWeights.Block> blocks = new ArrayList<>();
        for (int i = 0; i < layout.shape().layers(); i++) {
            blocks.add(new DecoderWeights.Block(
                    leaf(values, i, "input_layernorm.weight", "input_layernorm.weight"),
                    leaf(seen, i, "self_attn.q_proj.weight", "self_attn.v_proj.weight"),
                    leaf(seen, i, "self_attn.o_proj.weight", "self_attn.o_proj.weight"),
                    leaf(values, i, "post_attention_layernorm.weight", "post_attention_layernorm.weight"),
                    leaf(seen, i, "mlp.gate_proj.weight", "mlp.up_proj.weight"),
                    leaf(seen, i, "mlp.down_proj.weight", "mlp.down_proj.weight")));
        }
        Tensor embedding = leaf(values, layout.entry("model.embed_tokens.weight"));
        Tensor head = layout.shape().tied() ? embedding : leaf(values, layout.entry("lm_head.weight"));
        Tensor norm = leaf(values, layout.entry("model.norm.weight"));
        return new DecoderWeights(embedding, List.copyOf(blocks), norm, head);
    }

    private Tensor leaf(Tensor storage, int layer, String first, String last) {
        Entry from = layout.entry(ParameterLayout.block(layer, first));
        Entry to = layout.entry(ParameterLayout.block(layer, last));
        long rows = (to.end() - from.offset()) / from.cols();
        return leaf(
                storage,
                new Entry(
                        from.name(), from.segment(), rows, from.cols(), from.offset(), from.mean(), from.deviation()));
    }

    private Tensor leaf(Tensor storage, Entry range) {
        Tensor leaf = keep.add(storage.narrow(0, range.offset(), range.size())
                .view(range.shape())
                .detach());
        if (gradients != null) {
            leaf.requires_grad_(true);
            // mutable_grad() is a reference to the leaf's own gradient: put() assigns it.
            leaf.mutable_grad().put(gradient(range));
        }
        return leaf;
    }

    @Override
    public void close() {
        keep.close();
    }
}
