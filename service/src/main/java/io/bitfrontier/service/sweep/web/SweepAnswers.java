package io.bitfrontier.service.sweep.web;

import io.bitfrontier.api.model.DeviceRate;
import io.bitfrontier.api.model.DroppedCombination;
import io.bitfrontier.api.model.KeepStates;
import io.bitfrontier.api.model.Plan;
import io.bitfrontier.api.model.PlanSummary;
import io.bitfrontier.api.model.Progress;
import io.bitfrontier.api.model.Rounding;
import io.bitfrontier.api.model.RunFailure;
import io.bitfrontier.api.model.RunKind;
import io.bitfrontier.api.model.Sweep;
import io.bitfrontier.api.model.SweepLimits;
import io.bitfrontier.api.model.SweepState;
import io.bitfrontier.api.model.SweepUse;
import io.bitfrontier.service.plan.DroppedPoint;
import io.bitfrontier.service.run.DeviceTime;
import io.bitfrontier.service.run.SweepProgress;
import io.bitfrontier.service.run.SweepUses;
import io.bitfrontier.service.run.WaitingReasons;
import io.bitfrontier.service.run.Workload;
import io.bitfrontier.service.sweep.PlannedSweep;
import io.bitfrontier.service.sweep.Sweeps;
import io.bitfrontier.vocabulary.protocol.RunState;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Plans and sweeps in the words of the contract. */
@Component
class SweepAnswers {
    private final SweepProgresses progress;
    private final SweepUses uses;
    private final WaitingReasons waiting;
    private final Sweeps sweeps;
    private final JsonMapper json;

    SweepAnswers(SweepProgresses progress, SweepUses uses, WaitingReasons waiting, Sweeps sweeps, JsonMapper json) {
        this.waiting = waiting;
        this.progress = progress;
        this.uses = uses;
        this.sweeps = sweeps;
        this.json = json;
    }

    Sweep sweep(io.bitfrontier.service.sweep.Sweep sweep) {
        Sweep answer = sweep(sweep, progress.of(sweep), uses.of(sweep.id()));
        if (answer.getState() == SweepState.RUNNING) {
            answer.setStateReason(waiting.ofSweep(sweep.id()).orElse(null));
        }
        return answer;
    }

    List<Sweep> sweeps(List<io.bitfrontier.service.sweep.Sweep> found) {
        List<UUID> ids =
                found.stream().map(io.bitfrontier.service.sweep.Sweep::id).toList();
        var all = progress.of(found);
        var used = uses.of(ids);
        return found.stream()
                .map(sweep -> {
                    SweepProgress of = all.get(sweep.id());
                    SweepUses.Use use = used.get(sweep.id());
                    return of == null || use == null ? sweep(sweep) : sweep(sweep, of, use);
                })
                .toList();
    }

    private Sweep sweep(io.bitfrontier.service.sweep.Sweep sweep, SweepProgress of, SweepUses.Use use) {
        Sweep answer = new Sweep();
        answer.setId(sweep.id());
        answer.setName(sweep.name());
        answer.setProject(sweeps.projectOf(sweep));
        answer.setSubmitter(sweep.submitter());
        answer.setState(state(sweep, of));
        answer.setStateReason(reason(sweep, answer.getState()));
        answer.setLimits(limits(sweep.limits()));
        answer.setUse(new SweepUse(use.workers(), use.gpuHours()));
        answer.setCreatedAt(utc(sweep.createdAt()));
        Instant cancelled = sweep.cancelledAt();
        answer.setCancelledAt(cancelled == null ? null : utc(cancelled));
        Instant paused = sweep.pausedAt();
        answer.setPausedAt(paused == null ? null : utc(paused));
        io.bitfrontier.service.sweep.PlanSummary plan =
                json.readValue(sweep.plan(), io.bitfrontier.service.sweep.PlanSummary.class);
        answer.setPlan(new PlanSummary(
                plan.points(), plan.runs(), plan.tokensAlone(), plan.tokensParentReused(), plan.tokensPlanned()));
        answer.setProgress(progress(of));
        answer.setDocument(json.readValue(sweep.document(), new TypeReference<Map<String, Object>>() {}));
        return answer;
    }

    private static SweepState state(io.bitfrontier.service.sweep.Sweep sweep, SweepProgress of) {
        if (sweep.cancelledAt() != null) {
            return SweepState.CANCELLED;
        }
        boolean living = of.runs().keySet().stream().anyMatch(state -> !state.isFinal());
        if (living && sweep.pausedAt() != null) {
            return SweepState.PAUSED;
        }
        if (living) {
            return sweep.stoppedAt() == null ? SweepState.RUNNING : SweepState.STOPPED;
        }
        boolean incomplete = of.runs().containsKey(RunState.FAILED) || of.runs().containsKey(RunState.CANCELLED);
        return incomplete ? SweepState.FAILED : SweepState.SUCCEEDED;
    }

    private static @Nullable String reason(io.bitfrontier.service.sweep.Sweep sweep, SweepState state) {
        return switch (state) {
            case PAUSED -> "paused since " + sweep.pausedAt();
            case STOPPED -> sweep.stopReason();
            case RUNNING, SUCCEEDED, FAILED, CANCELLED -> null;
        };
    }

    private static SweepLimits limits(io.bitfrontier.service.sweep.SweepLimits limits) {
        SweepLimits answer = new SweepLimits(
                limits.priority(), KeepStates.fromValue(limits.keep().label()));
        answer.setMaxWorkers(limits.maxWorkers());
        answer.setGpuHours(limits.gpuHours());
        Instant deadline = limits.deadline();
        answer.setDeadline(deadline == null ? null : utc(deadline));
        return answer;
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
        plan.setTokensUnderway(preview.outlook().tokensUnderway());
        plan.setTokensToTrain(preview.outlook().tokensToTrain());
        plan.setNewRuns(preview.outlook().newRuns());
        String resourceClass = planned.document().resourceClass();
        plan.setResourceClass(resourceClass);
        plan.setThroughputSource(preview.time()
                .map(DeviceTime::source)
                .orElse("unknown: no run of resource class " + resourceClass + " has been measured"));
        preview.time().ifPresent(time -> {
            plan.setGpuHours(time.hours());
            plan.setThroughput(time.parts().stream().map(SweepAnswers::rate).toList());
        });
        preview.timeToTrain().ifPresent(time -> plan.setGpuHoursToTrain(time.hours()));
        plan.setFlopsPlanned(summary.flopsPlanned());
        plan.setStorageBytes(summary.storageBytes());
        plan.setStorageKeptBytes(planned.storageKeptBytes());
        plan.setDropped(planned.expansion().dropped().stream()
                .map(SweepAnswers::dropped)
                .toList());
        plan.setDroppedCount(planned.expansion().dropped().size());
        plan.setRounded(planned.rounding().entrySet().stream()
                .map(entry -> new Rounding(entry.getKey(), entry.getValue()))
                .toList());
        plan.setUnusedExclusions(planned.expansion().unusedExclusions().stream()
                .map(index -> "exclude[" + index + "]")
                .toList());
        return plan;
    }

    private static DeviceRate rate(DeviceTime.Part part) {
        Workload workload = part.workload();
        DeviceRate rate = new DeviceRate(
                RunKind.fromValue(workload.kind()),
                workload.model(),
                workload.precision(),
                part.estimatedFrom() == null,
                part.runs(),
                part.tokensPerSecond(),
                part.hours());
        rate.setQuantizer(workload.quantizer());
        Workload nearest = part.estimatedFrom();
        rate.setEstimatedFrom(nearest == null ? null : nearest.what());
        return rate;
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
