package io.bitfrontier.trainer.train;

import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import java.util.ArrayList;
import java.util.List;

/** Writes down what the loop tells, and gives a directive when asked for the n-th time. */
final class RecordingMonitor implements TrainingMonitor {
    final List<MetricRow> rows = new ArrayList<>();
    final List<StoredCheckpoint> checkpoints = new ArrayList<>();
    final List<String> log = new ArrayList<>();
    long resumedFromTokens = -1;

    private Directive directive = Directive.CONTINUE;
    private int stepsBefore = Integer.MAX_VALUE;
    private int asked;
    private int permissions = Integer.MAX_VALUE;

    static RecordingMonitor saying(Directive directive, int stepsBefore) {
        RecordingMonitor monitor = new RecordingMonitor();
        monitor.directive = directive;
        monitor.stepsBefore = stepsBefore;
        return monitor;
    }

    /** May write so often, then no more. */
    static RecordingMonitor permitting(int permissions) {
        RecordingMonitor monitor = new RecordingMonitor();
        monitor.permissions = permissions;
        return monitor;
    }

    @Override
    public boolean mayWrite() {
        return permissions-- > 0;
    }

    /** What of the rows a rerun must repeat to the bit: not the clock, not the memory. */
    List<List<Object>> curve() {
        return rows.stream()
                .map(r -> List.<Object>of(r.tokens(), r.step(), r.loss(), r.learningRate(), r.gradientNorm()))
                .toList();
    }

    @Override
    public void started(long tokens) {
        resumedFromTokens = tokens;
    }

    @Override
    public void step(MetricRow row) {
        rows.add(row);
    }

    @Override
    public void checkpoint(StoredCheckpoint checkpoint) {
        checkpoints.add(checkpoint);
    }

    @Override
    public void log(String line) {
        log.add(line);
    }

    @Override
    public Directive directive() {
        return asked++ < stepsBefore ? Directive.CONTINUE : directive;
    }
}
