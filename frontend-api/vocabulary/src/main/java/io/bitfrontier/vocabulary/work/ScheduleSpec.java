package io.bitfrontier.vocabulary.work;

/**
 * Learning rate over the steps of one trajectory, relative to its first step.
 *
 * @param kind the curve
 * @param warmupSteps linear warm-up from 1/warmup of the peak; absolute, never a share of the budget
 * @param steps length of the curve: decay and cosine reach zero after it; 0 for {@link Kind#STABLE}, which has no end
 */
public record ScheduleSpec(Kind kind, int warmupSteps, long steps) {
    /** The curves. */
    public enum Kind {
        /** Warm-up, then the peak for ever: a trunk. */
        STABLE,
        /** From the peak at the first step linearly towards 0 behind the last. */
        LINEAR,
        /** Warm-up, then half a cosine from the peak towards 0 behind the last step. */
        COSINE
    }

    public static ScheduleSpec stable(int warmupSteps) {
        return new ScheduleSpec(Kind.STABLE, warmupSteps, 0);
    }

    public static ScheduleSpec linear(long steps) {
        return new ScheduleSpec(Kind.LINEAR, 0, steps);
    }

    public static ScheduleSpec cosine(int warmupSteps, long steps) {
        return new ScheduleSpec(Kind.COSINE, warmupSteps, steps);
    }

    /** Share of the peak rate at {@code step}, counted from 0 at the trajectory's first step. */
    public double factor(long step) {
        if (step < warmupSteps) {
            return (step + 1.0) / warmupSteps;
        }
        return switch (kind) {
            case STABLE -> 1.0;
            case LINEAR -> Math.max(0.0, (double) (steps - step) / steps);
            case COSINE ->
                0.5 * (1 + StrictMath.cos(StrictMath.PI * (step - warmupSteps) / Math.max(1, steps - warmupSteps)));
        };
    }
}
