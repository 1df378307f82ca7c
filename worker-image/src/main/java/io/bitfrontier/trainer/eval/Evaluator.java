package io.bitfrontier.trainer.eval;

import io.bitfrontier.trainer.eval.ChoiceQuestion.Kind;
import io.bitfrontier.trainer.model.LanguageModel;
import io.bitfrontier.trainer.train.WorkFailedException;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.work.EvaluationResult;
import io.bitfrontier.vocabulary.work.EvaluationResult.Metric;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Measures a language model on held-out windows. Loss and choice accuracy come out of the same forward pass, since the choice
 * questions are about tokens of the evaluated windows.
 *
 * <p>Shapes: B windows at once, T tokens of a window that carry loss, V token ids, Q questions about the B windows.
 */
public final class Evaluator {
    /** Bounds the logits in memory to this × V floats. */
    private static final int TOKENS_AT_ONCE = 4096;

    /**
     * Measures what {@code spec.tasks()} names: for {@code perplexity} loss, perplexity and, on the synthetic language, the
     * generator's own loss and entropy on the very windows; for {@code choices} accuracy, over all and by kind. Standard errors
     * and counts of losses are over windows, of accuracies over questions.
     *
     * @param beforeForward called before every forward pass; what it throws ends the evaluation
     * @throws WorkFailedException of class USER if the specification asks for what its data or the model cannot give; DIVERGENCE
     *     if the loss is not finite
     */
    public List<Metric> evaluate(LanguageModel model, EvaluationSpec spec, Runnable beforeForward) {
        EvaluationSet set = EvaluationSet.of(spec);
        if (model.vocab() < spec.data().vocab()) {
            throw new WorkFailedException(
                    FailureClass.USER,
                    "the model's vocab is " + model.vocab() + ", but "
                            + spec.data().corpus() + " needs at least "
                            + spec.data().vocab(),
                    null);
        }
        Measured measured = measure(model, set, spec.sequenceLength(), beforeForward);
        requireFinite(measured.nats());
        List<Metric> metrics = new ArrayList<>();
        if (spec.tasks().contains(EvaluationSpec.PERPLEXITY)) {
            losses(measured, set.floors(), metrics);
        }
        if (measured.right().length > 0) {
            accuracies(set.questions(), measured.right(), metrics);
        }
        return List.copyOf(metrics);
    }

    private static void requireFinite(double[] nats) {
        for (int window = 0; window < nats.length; window++) {
            if (!Double.isFinite(nats[window])) {
                throw new WorkFailedException(
                        FailureClass.DIVERGENCE,
                        "the model's loss on evaluation window " + window + " is " + nats[window],
                        null);
            }
        }
    }

    /**
     * What the forward passes gave.
     *
     * @param nats mean cross-entropy of every window
     * @param right by question
     */
    private record Measured(double[] nats, boolean[] right) {}

    private static Measured measure(LanguageModel model, EvaluationSet set, int length, Runnable beforeForward) {
        int windows = set.windows().size();
        int atOnce = Math.max(1, TOKENS_AT_ONCE / length);
        double[] nats = new double[windows];
        boolean[] right = new boolean[set.questions().size()];
        int asked = 0;
        for (int first = 0; first < windows; first += atOnce) {
            beforeForward.run();
            int last = Math.min(windows, first + atOnce);
            int next = asked;
            while (next < right.length && set.questions().get(next).document() < last) {
                next++;
            }
            try (PointerScope scope = new PointerScope()) {
                NoGradGuard guard = new NoGradGuard();
                try {
                    List<long[]> batch = set.windows().subList(first, last);
                    Tensor logits = model.logits(inputs(batch, length)).flatten(0, 1); // (B·T, V)
                    windowNats(logits, batch, length, nats, first);
                    answer(logits, set.questions().subList(asked, next), first, length, right, asked);
                } finally {
                    guard.close();
                }
            }
            asked = next;
        }
        return new Measured(nats, right);
    }

    /** (B, T): every token but the last. */
    private static Tensor inputs(List<long[]> batch, int length) {
        long[] inputs = new long[batch.size() * length];
        for (int b = 0; b < batch.size(); b++) {
            System.arraycopy(batch.get(b), 0, inputs, b * length, length);
        }
        return Tensor.create(inputs, batch.size(), length);
    }

    private static void windowNats(Tensor logits, List<long[]> batch, int length, double[] nats, int first) {
        long[] targets = new long[batch.size() * length];
        for (int b = 0; b < batch.size(); b++) {
            System.arraycopy(batch.get(b), 1, targets, b * length, length);
        }
        Tensor index = Tensor.create(targets, targets.length, 1); // (B·T, 1)
        float[] logProbabilities = floats(logits.log_softmax(1).gather(1, index));
        for (int b = 0; b < batch.size(); b++) {
            double sum = 0;
            for (int t = 0; t < length; t++) {
                sum -= logProbabilities[b * length + t];
            }
            nats[first + b] = sum / length;
        }
    }

    private static void answer(
            Tensor logits, List<ChoiceQuestion> questions, int first, int length, boolean[] right, int from) {
        if (questions.isEmpty()) {
            return;
        }
        int options = questions.get(0).options().size();
        long[] rows = new long[questions.size()];
        long[] tokens = new long[questions.size() * options];
        for (int q = 0; q < rows.length; q++) {
            ChoiceQuestion question = questions.get(q);
            rows[q] = (long) (question.document() - first) * length + question.position() - 1;
            for (int option = 0; option < options; option++) {
                tokens[q * options + option] = question.options().get(option);
            }
        }
        Tensor asked = logits.index_select(0, Tensor.create(rows)); // (Q, V)
        float[] scores = floats(asked.gather(1, Tensor.create(tokens, rows.length, options))); // (Q, options)
        for (int q = 0; q < rows.length; q++) {
            int best = 0;
            for (int option = 1; option < options; option++) {
                if (scores[q * options + option] > scores[q * options + best]) {
                    best = option;
                }
            }
            right[from + q] = best == questions.get(q).answer();
        }
    }

    private static float[] floats(Tensor tensor) {
        float[] values = new float[(int) tensor.numel()];
        tensor.contiguous().data_ptr_float().get(values);
        return values;
    }

    private static void losses(Measured measured, EvaluationSet.@Nullable Floors floors, List<Metric> metrics) {
        Mean loss = Mean.of(measured.nats());
        int windows = measured.nats().length;
        double perplexity = Math.exp(loss.value());
        metrics.add(metric(EvaluationResult.LOSS, loss, windows));
        metrics.add(
                metric(EvaluationResult.PERPLEXITY, new Mean(perplexity, perplexity * loss.standardError()), windows));
        if (floors != null) {
            metrics.add(metric(EvaluationResult.FLOOR, Mean.of(floors.nats()), windows));
            metrics.add(metric(EvaluationResult.ENTROPY, Mean.of(floors.entropy()), windows));
        }
    }

    private static Metric metric(String name, Mean mean, int count) {
        Double error = Double.isFinite(mean.standardError()) ? mean.standardError() : null;
        return new Metric(name, mean.value(), error, count, null);
    }

    private static void accuracies(List<ChoiceQuestion> questions, boolean[] right, List<Metric> metrics) {
        metrics.add(accuracy(EvaluationResult.CHOICES_ACCURACY, right, true));
        for (Kind kind : Kind.values()) {
            boolean[] ofKind = new boolean[right.length];
            int count = 0;
            for (int q = 0; q < right.length; q++) {
                if (questions.get(q).kind() == kind) {
                    ofKind[count++] = right[q];
                }
            }
            if (count > 0) {
                boolean[] trimmed = Arrays.copyOf(ofKind, count);
                metrics.add(accuracy(EvaluationResult.CHOICES_ACCURACY + "." + kind.label(), trimmed, false));
            }
        }
    }

    /** The share answered right, with the standard error of a binomial share. */
    private static Metric accuracy(String name, boolean[] right, boolean withOutcomes) {
        byte[] bits = new byte[(right.length + 7) / 8];
        int count = 0;
        for (int i = 0; i < right.length; i++) {
            if (right[i]) {
                bits[i / 8] |= (byte) (1 << (i % 8));
                count++;
            }
        }
        double share = (double) count / right.length;
        double error = Math.sqrt(share * (1 - share) / right.length);
        return new Metric(
                name,
                share,
                error,
                right.length,
                withOutcomes ? Base64.getEncoder().encodeToString(bits) : null);
    }
}
