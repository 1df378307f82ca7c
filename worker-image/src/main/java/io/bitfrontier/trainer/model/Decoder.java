package io.bitfrontier.trainer.model;

import io.bitfrontier.trainer.quant.Int8Activations;
import io.bitfrontier.vocabulary.ModelShape;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The LLaMA/MobileLLM decoder (arXiv 2302.13971, 2402.14905): pre-norm blocks of causal grouped-query attention with rotary
 * positions and of SwiGLU, no biases, output head tied to the embedding or not.
 *
 * <pre>
 * B sequences   T positions   N = B·T   C = dim   H query heads   K key and value heads   D = C/H
 * S = H + 2K heads out of the joint q, k, v projection   F = ffn   V = vocab
 * </pre>
 *
 * Uses the weights it is given in place, so an optimizer step on them needs no rebuilding. Everything it returns belongs to the
 * caller's {@code PointerScope}.
 */
public final class Decoder implements LanguageModel, AutoCloseable {
    private final ModelShape shape;
    private final DecoderWeights weights;
    private final boolean quantizesActivations;
    private final NativeKeep keep = new NativeKeep();
    private final Scalar epsilon;
    private @Nullable Rotation rotation;

    /** Tables for one sequence length: cos (T, S, D) and sin (T, S, D). */
    private record Rotation(long length, Tensor cos, Tensor sin) {}

    /**
     * A decoder on these weights.
     *
     * @param quantizesActivations whether inputs of the block projections are rounded to int8 per token (BitNet b1.58)
     */
    public Decoder(ModelShape shape, DecoderWeights weights, boolean quantizesActivations) {
        this.shape = shape;
        this.weights = weights;
        this.quantizesActivations = quantizesActivations;
        this.epsilon = keep.add(new Scalar(shape.normEpsilon()));
    }

    @Override
    public int vocab() {
        return shape.vocab();
    }

    @Override
    public Tensor logits(Tensor tokens) {
        long batch = tokens.size(0);
        long length = tokens.size(1);
        return flatLogits(tokens).view(batch, length, shape.vocab()); // (B, T, V)
    }

    /**
     * Mean next-token cross-entropy in nats.
     *
     * @param tokens (B, T) int64
     * @param targets (N) int64
     * @return scalar, differentiable with respect to the leaves
     */
    public Tensor loss(Tensor tokens, Tensor targets) {
        return torch.cross_entropy_loss(flatLogits(tokens), targets);
    }

    private Tensor flatLogits(Tensor tokens) {
        long batch = tokens.size(0);
        long length = tokens.size(1);
        Rotation tables = rotation(length);
        Tensor x = torch.embedding(weights.embedding(), tokens.reshape(batch * length)); // (N, C)
        if (shape.embeddingNorm()) {
            x = x.mul(inverseRootMeanSquare(x));
        }
        for (DecoderWeights.Block block : weights.blocks()) {
            Tensor attended = attention(projectionInput(norm(x, block.attentionNorm())), block, batch, length, tables);
            x = torch.addmm(x, projectionInput(attended), block.attentionOut().t());
            Tensor activated = swiglu(projectionInput(norm(x, block.ffnNorm())), block);
            x = torch.addmm(x, projectionInput(activated), block.down().t());
        }
        return norm(x, weights.norm()).mm(weights.head().t()); // (N, V)
    }

    /** Mixed heads before the output projection: x (N, C) → (N, H·D). */
    private Tensor attention(Tensor x, DecoderWeights.Block block, long batch, long length, Rotation tables) {
        int heads = shape.heads();
        int kvHeads = shape.kvHeads();
        int headDim = shape.headDim();
        Tensor joint = x.mm(block.queryKeyValue().t()) // (N, S·D)
                .view(batch, length, heads + 2L * kvHeads, headDim); // (B, T, S, D)
        Tensor swapped = torch.roll(joint, new long[] {headDim / 2}, -1L);
        Tensor rotated = torch.addcmul(joint.mul(tables.cos()), swapped, tables.sin());
        TensorVector parts = rotated.split(new long[] {heads, kvHeads, kvHeads}, 2);
        Tensor mixed = torch.scaled_dot_product_attention(
                parts.get(0).transpose(1, 2), // (B, H, T, D)
                parts.get(1).transpose(1, 2), // (B, K, T, D)
                parts.get(2).transpose(1, 2), // (B, K, T, D)
                new TensorOptional(),
                0.0,
                true,
                new DoubleOptional(),
                heads != kvHeads);
        return mixed.transpose(1, 2).reshape(batch * length, (long) heads * headDim); // (N, H·D)
    }

    /** silu(gate)·up: x (N, C) → (N, F). */
    private Tensor swiglu(Tensor x, DecoderWeights.Block block) {
        TensorVector gateUp = x.mm(block.gateUp().t()).chunk(2, 1); // 2 × (N, F)
        return torch.silu(gateUp.get(0)).mul(gateUp.get(1));
    }

    /** RMSNorm (arXiv 1910.07467): x (N, C) → x / √(mean x² + ε) · gain. */
    private Tensor norm(Tensor x, Tensor gain) {
        return x.mul(inverseRootMeanSquare(x)).mul(gain);
    }

    /** 1 / √(mean x² + ε) per row: x (N, C) → (N, 1). */
    private Tensor inverseRootMeanSquare(Tensor x) {
        Tensor meanSquare = x.mul(x).mean(new long[] {1}, true, new ScalarTypeOptional());
        return meanSquare.add(epsilon).rsqrt();
    }

    /** What a block projection multiplies: rounded to int8 per token where the quantizer asks for it. */
    private Tensor projectionInput(Tensor x) {
        return quantizesActivations ? Int8Activations.straightThrough(x) : x;
    }

    private Rotation rotation(long length) {
        if (rotation == null || rotation.length() != length) {
            rotation = buildRotation((int) length);
        }
        return rotation;
    }

    /**
     * Half rotation: x·cos + roll(x, D/2)·sin with the first half of sin negated is (x₁cos − x₂sin, x₂cos + x₁sin). The heads
     * of v get cos 1 and sin 0, which spares cutting them off before and joining gradients behind.
     */
    private Rotation buildRotation(int length) {
        int half = shape.headDim() / 2;
        int rotatedHeads = shape.heads() + shape.kvHeads();
        int allHeads = rotatedHeads + shape.kvHeads();
        float[] cos = new float[length * allHeads * 2 * half];
        float[] sin = new float[cos.length];
        double[] frequencies = rotaryFrequencies(shape);
        for (int t = 0, at = 0; t < length; t++) {
            for (int head = 0; head < allHeads; head++) {
                for (int i = 0; i < 2 * half; i++, at++) {
                    double angle = t * frequencies[i % half];
                    cos[at] = head < rotatedHeads ? (float) StrictMath.cos(angle) : 1;
                    sin[at] = head < rotatedHeads ? (float) (StrictMath.sin(angle) * (i < half ? -1 : 1)) : 0;
                }
            }
        }
        long[] tableShape = {length, allHeads, 2L * half};
        return new Rotation(length, table(cos, tableShape), table(sin, tableShape));
    }

    /** A kept table where the weights are. */
    private Tensor table(float[] values, long[] tableShape) {
        return keep.add(Tensor.create(values, tableShape).to(weights.embedding()));
    }

    /**
     * Radians per position of each pair, D/2 of them: θ^(−2i/D), stretched as Llama 3.1 does where the shape says so: wavelengths
     * beyond original/low are divided by the factor, those below original/high stay, between them a linear blend.
     */
    static double[] rotaryFrequencies(ModelShape shape) {
        int half = shape.headDim() / 2;
        double[] frequencies = new double[half];
        for (int i = 0; i < half; i++) {
            double frequency = StrictMath.pow(shape.ropeTheta(), -2.0 * i / shape.headDim());
            ModelShape.RopeScaling scaling = shape.ropeScaling();
            if (scaling != null) {
                double turns = scaling.originalContext() * frequency / (2 * StrictMath.PI);
                double low = scaling.lowFrequencyFactor();
                double high = scaling.highFrequencyFactor();
                double share = Math.min(1, Math.max(0, (turns - low) / (high - low)));
                frequency = share * frequency + (1 - share) * frequency / scaling.factor();
            }
            frequencies[i] = frequency;
        }
        return frequencies;
    }

    @Override
    public void close() {
        keep.close();
    }
}
