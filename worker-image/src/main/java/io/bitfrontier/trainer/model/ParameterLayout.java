package io.bitfrontier.trainer.model;

import io.bitfrontier.vocabulary.ModelShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where every parameter of a decoder stands in the flat arena: {@code [matrices | embedding, head | norms | scales]}, so that
 * one optimizer rule is one contiguous range. Within a block q, k, v and gate, up are neighbours: one matrix multiplication
 * serves all of them.
 *
 * <p>Names are those of the Hugging Face LLaMA checkpoints; a scale is named as ParetoQ names it.
 */
public final class ParameterLayout {
    /** Standard deviation of an embedding whose output is normed: its scale then matters for a tied head's logits alone. */
    public static final double NORMED_EMBEDDING_DEVIATION = 0.05;

    private static final String SCALE_SUFFIX = "_clip_val";

    /** The ranges of the arena, in order. */
    public enum Segment {
        /** Projections: what a quantizer passes. */
        MATRICES,
        /** Token embedding, and the output head where it is not tied. */
        EMBEDDING,
        /** Gains. */
        NORMS,
        /** α, one per row of every matrix. */
        SCALES
    }

    /**
     * A parameter.
     *
     * @param rows its length for a norm
     * @param cols 1 for norms and scales
     * @param offset of its first element in the arena
     * @param mean initial value of a gain; 0 elsewhere
     * @param deviation standard deviation of the initial weights; 0 where they are constant
     */
    public record Entry(
            String name, Segment segment, long rows, long cols, long offset, double mean, double deviation) {
        public long size() {
            return rows * cols;
        }

        public long end() {
            return offset + size();
        }

        /** As stored in checkpoints: norms have one dimension, everything else two. */
        public long[] shape() {
            return segment == Segment.NORMS ? new long[] {rows} : new long[] {rows, cols};
        }
    }

    private final ModelShape shape;
    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, Entry> byName = new HashMap<>();
    private long end;

    /**
     * Lays out a decoder, with its table of initial weights: variance 1/dim into a block and 1/(2·layers·fan-in) back into the
     * residual stream. An embedding has variance 1/dim as well, so that the blocks do not drown the tokens of a narrow model,
     * unless its output is normed.
     *
     * @param withScales whether every matrix has a learned α per row
     */
    public ParameterLayout(ModelShape shape, boolean withScales) {
        this.shape = shape;
        double fromDim = 1 / Math.sqrt(shape.dim());
        double intoStreamFromDim = 1 / Math.sqrt(2.0 * shape.layers() * shape.dim());
        double intoStreamFromFfn = 1 / Math.sqrt(2.0 * shape.layers() * shape.ffn());
        long dim = shape.dim();
        long kv = (long) shape.kvHeads() * shape.headDim();
        for (int i = 0; i < shape.layers(); i++) {
            matrix(i, "self_attn.q_proj", dim, dim, fromDim);
            matrix(i, "self_attn.k_proj", kv, dim, fromDim);
            matrix(i, "self_attn.v_proj", kv, dim, fromDim);
            matrix(i, "self_attn.o_proj", dim, dim, intoStreamFromDim);
            matrix(i, "mlp.gate_proj", shape.ffn(), dim, fromDim);
            matrix(i, "mlp.up_proj", shape.ffn(), dim, fromDim);
            matrix(i, "mlp.down_proj", dim, shape.ffn(), intoStreamFromFfn);
        }
        List<Entry> matrices = List.copyOf(entries);
        double embedding = shape.embeddingNorm() ? NORMED_EMBEDDING_DEVIATION : fromDim;
        add("model.embed_tokens.weight", Segment.EMBEDDING, shape.vocab(), dim, 0, embedding);
        if (!shape.tied()) {
            add("lm_head.weight", Segment.EMBEDDING, shape.vocab(), dim, 0, embedding);
        }
        for (int i = 0; i < shape.layers(); i++) {
            add(block(i, "input_layernorm.weight"), Segment.NORMS, dim, 1, 1, 0);
            add(block(i, "post_attention_layernorm.weight"), Segment.NORMS, dim, 1, 1, 0);
        }
        add("model.norm.weight", Segment.NORMS, dim, 1, 1, 0);
        if (withScales) {
            matrices.forEach(m -> add(scaleName(m.name()), Segment.SCALES, m.rows(), 1, 0, 0));
        }
    }

    /** Full name of a parameter of a block. */
    public static String block(int layer, String name) {
        return "model.layers." + layer + "." + name;
    }

    /** Name of a matrix's α: {@code …_proj.weight_clip_val}. */
    public static String scaleName(String matrix) {
        return matrix + SCALE_SUFFIX;
    }

    private void matrix(int layer, String name, long rows, long cols, double deviation) {
        add(block(layer, name + ".weight"), Segment.MATRICES, rows, cols, 0, deviation);
    }

    private void add(String name, Segment segment, long rows, long cols, double mean, double deviation) {
        Entry entry = new Entry(name, segment, rows, cols, end, mean, deviation);
        entries.add(entry);
        byName.put(name, entry);
        end = entry.end();
    }

    public ModelShape shape() {
        return shape;
    }

    /** All parameters in arena order. */
    public List<Entry> entries() {
        return entries;
    }

    /** The parameters of a segment in arena order. */
    public List<Entry> entries(Segment segment) {
        return entries.stream().filter(e -> e.segment() == segment).toList();
    }

    /** The parameter of this name. */
    public Entry entry(String name) {
        Entry entry = byName.get(name);
        if (entry == null) {
            throw new IllegalArgumentException("the model has no parameter " + name);
        }
        return entry;
    }

    /** First element of a segment; the end of the one before where it is empty. */
    public long start(Segment segment) {
        return entries.stream()
                .filter(e -> e.segment().compareTo(segment) < 0)
                .mapToLong(Entry::end)
                .max()
                .orElse(0);
    }

    /** Elements of a segment. */
    public long size(Segment segment) {
        return entries(segment).stream().mapToLong(Entry::size).sum();
    }

    /** Elements of the whole arena. */
    public long size() {
        return end;
    }
}
