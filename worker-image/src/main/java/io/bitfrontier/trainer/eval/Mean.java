package io.bitfrontier.trainer.eval;

/**
 * A mean and how well it is known.
 *
 * @param standardError sample standard deviation over √n; NaN for a single value
 */
record Mean(double value, double standardError) {
    static Mean of(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        double mean = sum / values.length;
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return new Mean(mean, Math.sqrt(squares / (values.length - 1.0) / values.length));
    }
}
