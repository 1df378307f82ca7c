package io.bitfrontier.trainer.bench;

import io.bitfrontier.vocabulary.ModelShape;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** This machine's single-precision matrix multiplication, through the same library as the trainer's. */
final class MatrixMultiplication implements Contestant {
    private final Shape shape;
    private final double blockSeconds;
    private final Tensor left;
    private final Tensor right;
    private final Tensor result;

    /** (rows, inner) × (inner, columns). */
    record Shape(int rows, int inner, int columns) {
        /** One multiplication and one addition per term. */
        double flops() {
            return 2.0 * rows * inner * columns;
        }

        @Override
        public String toString() {
            return rows + "x" + inner + "x" + columns;
        }
    }

    MatrixMultiplication(Shape shape, double blockSeconds) {
        this.shape = shape;
        this.blockSeconds = blockSeconds;
        this.left = torch.randn(shape.rows(), shape.inner());
        this.right = torch.randn(shape.inner(), shape.columns());
        this.result = torch.empty(shape.rows(), shape.columns());
    }

    /**
     * The products that make up most of a training step.
     *
     * @param tokens rows of a micro-batch: sequences × length
     */
    static List<Shape> shapesOf(ModelShape model, int tokens) {
        Set<Shape> shapes = new LinkedHashSet<>();
        shapes.add(new Shape(tokens, model.dim(), model.dim()));
        shapes.add(new Shape(tokens, model.dim(), model.ffn()));
        shapes.add(new Shape(tokens, model.ffn(), model.dim()));
        shapes.add(new Shape(tokens, model.dim(), model.vocab()));
        shapes.add(new Shape(model.dim(), tokens, model.ffn()));
        return List.copyOf(shapes);
    }

    /** The fastest of the shapes per operation, each tried {@code trials} times in turn. */
    static Shape fastest(List<Shape> shapes, int trials, double blockSeconds) {
        record Tried(Shape shape, double seconds) {}
        return shapes.stream()
                .map(shape -> {
                    try (MatrixMultiplication product = new MatrixMultiplication(shape, blockSeconds)) {
                        product.block();
                        double[] seconds = new double[trials];
                        for (int i = 0; i < trials; i++) {
                            seconds[i] = product.block();
                        }
                        return new Tried(shape, Spread.median(seconds));
                    }
                })
                .min(Comparator.comparingDouble(Tried::seconds))
                .orElseThrow()
                .shape();
    }

    @Override
    public String name() {
        return "sgemm " + shape;
    }

    /** Seconds per floating-point operation. */
    @Override
    public double block() {
        long count = 0;
        long start = System.nanoTime();
        double seconds;
        try (PointerScope scope = new PointerScope()) {
            do {
                torch.mm_out(result, left, right);
                count++;
                seconds = (System.nanoTime() - start) / 1e9;
            } while (seconds < blockSeconds);
        }
        return seconds / (count * shape.flops());
    }

    @Override
    public void close() {
        left.close();
        right.close();
        result.close();
    }
}
