package io.bitfrontier.trainer.train;

/** Work ended because its monitor asked for it. */
public final class WorkInterruptedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient TrainingMonitor.Directive directive;

    public WorkInterruptedException(TrainingMonitor.Directive directive) {
        super("asked to " + directive);
        this.directive = directive;
    }

    public TrainingMonitor.Directive directive() {
        return directive;
    }
}
