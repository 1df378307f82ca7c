package io.bitfrontier.service.sweep.web;

import io.bitfrontier.api.model.DroppedCombination;
import io.bitfrontier.api.model.Plan;
import io.bitfrontier.api.model.PlanSummary;
import io.bitfrontier.api.model.Progress;
import io.bitfrontier.api.model.Rounding;
import io.bitfrontier.api.model.RunFailure;
import io.bitfrontier.api.model.Sweep;
import io.bitfrontier.api.model.SweepState;
import io.bitfrontier.service.plan.DroppedPoint;
import io.bitfrontier.service.run.SweepProgress;
import io.bitfrontier.service.run.SweepProgressQuery;
import io.bitfrontier.service.sweep.PlannedSweep;
import io.bitfrontier.service.sweep.Sweeps;
import io.bitfrontier.vocabulary.protocol.RunState;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Plans and sweeps in the words of the contract. */
@Component
class SweepAnswers {
    private final SweepProgressQuery progress;
    private final Sweeps sweeps;
    private final JsonMapper json;

    SweepAnswers(SweepProgressQuery progress, Sweeps sweeps, JsonMapper json) {
        this.progress = progress;
        this.sweeps = sweeps;
        this.json = json;
    }

    Sweep sweep(io.bitfrontier.service.sweep.Sweep sweep) {
        return sweep(sweep, progress.of(sweep.id()));
    }

    List<Sweep> sweeps(List<io.bitfrontier.service.sweep.Sweep> found) {
        var all = progress.of(
                found.stream().map(io.bitfrontier.service.sweep.Sweep::id).toList());
        return found.stream()
                .map(sweep -> {
                    SweepProgress of = all.get(sweep.id());
                    return of == null ? sweep(sweep) : sweep(sweep, of);
                })
                .toList();
    }

    private Sweep sweep(io.bitfrontier.service.sweep.Sweep sweep, SweepProgress of) {
        Sweep answer = new Sweep();
        answer.setId(sweep.id());
        answer.setName(sweep.name());
        answer.setProject(sweeps.projectOf(sweep));
        answer.setSubmitter(sweep.submitter());
        answer.setState(state(sweep.cancelledAt(), of));
        answer.setCreatedAt(utc(sweep.createdAt()));
        Instant cancelled = sweep.cancelledAt();
        answer.setCancelledAt(cancelled == null ? null : utc(cancelled));
        io.bitfrontier.service.sweep.PlanSummary plan =
                json.readValue(sweep.plan(), io.bitfrontier.service.sweep.PlanSummary.class);
        answer.setPlan(new PlanSummary(
                plan.points(), plan.runs(), plan.tokensAlone(), plan.tokensParentReused(), plan.tokensPlanned()));
        answer.setProgress(progress(of));
        answer.setDocument(json.readValue(sweep.document(), new TypeReference<Map<String, Object>>() {}));
        return answer;
    }

    private static SweepState state(@Nullable Instant cancelledAt, SweepProgress of) {
        if (cancelledAt != null) {
            return SweepState.CANCELLED;
        }
        boolean living = of.runs().keySet().stream().anyMatch(state -> !state.isFinal());
        if (living) {
            return SweepState.RUNNING;
        }
        boolean incomplete = of.runs().containsKey(RunState.FAILED) || of.runs().containsKey(RunState.CANCELLED);
        return incomplete ? SweepState.FAILED : SweepState.SUCCEEDED;
    }

    private static Progress progress(SweepProgress of) {
        Map<String, Integer> runs = new LinkedHashMap<>();
        for (RunState state : RunState.values()) {
            runs.put(state.name(), Math.toIntExact(of.runs().getOrDefault(state, 0L)));
        }
        Progress answer = new Progress(runs, of.tokensPlanned(), of.tokensDone());
        answer.setTokensPerSecond(of.tokensPerSecond());
        answer.setSecondsLeft(of.secondsLeft());
        answer.setFailures(of.failures().stream()
                .map(failure -> new RunFailure(failure.run(), failure.failureClass(), failure.message()))
                .toList());
        return answer;
    }

    Plan plan(Sweeps.Preview preview) {
        PlannedSweep planned = preview.planned();
        io.bitfrontier.service.sweep.PlanSummary summary = planned.summary();
        Plan plan = new Plan();
        plan.setPoints(summary.points());
        plan.setRuns(summary.runs());
        plan.setTokensAlone(summary.tokensAlone());
        plan.setTokensParentReused(summary.tokensParentReused());
        plan.setTokensPlanned(summary.tokensPlanned());
        plan.setTrainRuns(summary.trainRuns());
        plan.setEvaluateRuns(summary.evaluateRuns());
        plan.setTokensAlreadyTrained(preview.tokensAlreadyTrained());
        plan.setFlopsPlanned(summary.flopsPlanned());
        plan.setStorageBytes(summary.storageBytes());
        plan.setDropped(planned.expansion().dropped().stream()
                .map(SweepAnswers::dropped)
                .toList());
        plan.setDroppedCount(planned.expansion().droppedCount());
        plan.setRounded(planned.rounding().entrySet().stream()
                .map(entry -> new Rounding(entry.getKey(), entry.getValue()))
                .toList());
        plan.setUnusedExclusions(planned.expansion().unusedExclusions().stream()
                .map(index -> "exclude[" + index + "]")
                .toList());
        return plan;
    }

    private static DroppedCombination dropped(DroppedPoint dropped) {
        var point = dropped.point();
        return new DroppedCombination(
                point.model(),
                point.tokensRequested(),
                point.precision().label(),
                point.scheme().label(),
                dropped.quantizer(),
                point.seed(),
                dropped.reason());
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
