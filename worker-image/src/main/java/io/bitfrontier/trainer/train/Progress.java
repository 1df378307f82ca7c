package io.bitfrontier.trainer.train;

/**
 * Where a state stands, beside its tensors.
 *
 * @param tokens lineage tokens
 * @param step optimizer steps of the lineage
 * @param optimizerSteps steps that AdamW's moments of the weights have seen, for bias correction
 * @param scaleSteps the same for the moments of α, which is born later on a branch that brings a quantizer
 * @param pendingLoss sum of the losses since the last metric row, so that rows after a resume equal those without
 * @param pendingNorm likewise of the gradient norms
 * @param pendingSteps steps since the last metric row
 */
public record Progress(
        long tokens,
        long step,
        long optimizerSteps,
        long scaleSteps,
        double pendingLoss,
        double pendingNorm,
        int pendingSteps) {
    static final Progress START = new Progress(0, 0, 0, 0, 0, 0, 0);

    Progress after(long newTokens, double loss, double norm) {
        return new Progress(
                tokens + newTokens,
                step + 1,
                optimizerSteps + 1,
                scaleSteps + 1,
                pendingLoss + loss,
                pendingNorm + norm,
                pendingSteps + 1);
    }

    Progress reported() {
        return new Progress(tokens, step, optimizerSteps, scaleSteps, 0, 0, 0);
    }

    Progress withFreshScales() {
        return new Progress(tokens, step, optimizerSteps, 0, pendingLoss, pendingNorm, pendingSteps);
    }

    Progress withFreshOptimizer() {
        return new Progress(tokens, step, 0, 0, pendingLoss, pendingNorm, pendingSteps);
    }
}
