package io.bitfrontier.trainer.eval;

import io.bitfrontier.vocabulary.work.EvaluationResult.LayerDrift;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * How far training moved the masters: d = Σ|W − W₀| / Σ|W₀| per matrix (arXiv 2502.02631, figure 5). At 3 bits and above weights
 * stay near where they were, at 2 bits and below they are found anew.
 */
public final class WeightDrift {
    private WeightDrift() {}

    /**
     * Compares matrix by matrix.
     *
     * @param weights by parameter name
     * @param reference the same names and shapes, none of them all zero
     */
    public static List<LayerDrift> between(Map<String, Tensor> weights, Map<String, Tensor> reference) {
        if (!weights.keySet().equals(reference.keySet())) {
            throw new IllegalArgumentException("weights " + weights.keySet() + " compared with " + reference.keySet());
        }
        List<LayerDrift> drifts = new ArrayList<>();
        weights.forEach((name, weight) -> {
            Tensor before = reference.get(name);
            if (before != null) {
                drifts.add(new LayerDrift(name, drift(weight, before)));
            }
        });
        return List.copyOf(drifts);
    }

    private static double drift(Tensor weight, Tensor before) {
        try (PointerScope scope = new PointerScope()) {
            return absoluteSum(weight.sub(before)) / absoluteSum(before);
        }
    }

    private static double absoluteSum(Tensor tensor) {
        return tensor.abs().sum(new ScalarTypeOptional(torch.ScalarType.Double)).item_double();
    }

    /** The middle value, or the mean of the middle two; at least one is needed. */
    public static double median(List<LayerDrift> drifts) {
        double[] sorted =
                drifts.stream().mapToDouble(LayerDrift::drift).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
