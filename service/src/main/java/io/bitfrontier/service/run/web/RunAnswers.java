package io.bitfrontier.service.run.web;

import io.bitfrontier.api.model.Attempt;
import io.bitfrontier.api.model.Curve;
import io.bitfrontier.api.model.CurvePoint;
import io.bitfrontier.api.model.LayerDrift;
import io.bitfrontier.api.model.MetricValue;
import io.bitfrontier.api.model.Run;
import io.bitfrontier.api.model.RunDetail;
import io.bitfrontier.api.model.RunKind;
import io.bitfrontier.api.model.RunState;
import io.bitfrontier.api.model.Transition;
import io.bitfrontier.service.run.web.CurveQueries.SampledCurve;
import io.bitfrontier.service.run.web.CurveSampler.CurveRow;
import io.bitfrontier.service.run.web.RunQueries.AttemptRow;
import io.bitfrontier.service.run.web.RunQueries.DetailRow;
import io.bitfrontier.service.run.web.RunQueries.MetricRow;
import io.bitfrontier.service.run.web.RunQueries.RunRow;
import io.bitfrontier.service.run.web.RunQueries.TransitionRow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Runs in the words of the contract. */
@Component
class RunAnswers {
    private final JsonMapper json;

    RunAnswers(JsonMapper json) {
        this.json = json;
    }

    Run run(RunRow row) {
        Run run = new Run();
        run.setId(row.id());
        run.setKind(RunKind.fromValue(row.kind()));
        run.setState(RunState.fromValue(row.state()));
        run.setGeneration(row.generation());
        run.setModel(row.model());
        run.setPrecision(row.precision());
        run.setQuantizer(row.quantizer());
        run.setFromTokens(row.fromTokens());
        run.setToTokens(row.toTokens());
        run.setProgressTokens(row.progressTokens());
        run.setAttempts(row.attempts());
        run.setFailureClass(row.failureClass());
        run.setFailureMessage(row.failureMessage());
        run.setCreatedAt(row.createdAt());
        run.setFinishedAt(row.finishedAt());
        return run;
    }

    RunDetail detail(DetailRow row, List<UUID> sweeps, List<AttemptRow> attempts, List<MetricRow> metrics) {
        RunRow of = row.run();
        RunDetail detail = new RunDetail();
        detail.setId(of.id());
        detail.setKind(RunKind.fromValue(of.kind()));
        detail.setState(RunState.fromValue(of.state()));
        detail.setGeneration(of.generation());
        detail.setModel(of.model());
        detail.setPrecision(of.precision());
        detail.setQuantizer(of.quantizer());
        detail.setFromTokens(of.fromTokens());
        detail.setToTokens(of.toTokens());
        detail.setProgressTokens(of.progressTokens());
        detail.setAttempts(of.attempts());
        detail.setFailureClass(of.failureClass());
        detail.setFailureMessage(of.failureMessage());
        detail.setCreatedAt(of.createdAt());
        detail.setFinishedAt(of.finishedAt());
        detail.setSweeps(sweeps);
        detail.setAttemptList(attempts.stream().map(RunAnswers::attempt).toList());
        detail.setTrajectory(json.readValue(row.trajectory(), new TypeReference<Map<String, Object>>() {}));
        detail.setCheckpointUri(row.checkpointUri());
        detail.setEvaluationVersion(row.evaluationVersion());
        Map<String, MetricValue> values = new LinkedHashMap<>();
        metrics.forEach(metric -> {
            MetricValue value = new MetricValue(metric.value(), metric.count());
            value.setStandardError(metric.standardError());
            values.put(metric.name(), value);
        });
        detail.setMetrics(values);
        String drift = row.layerDrift();
        detail.setLayerDrift(
                drift == null ? List.of() : json.readValue(drift, new TypeReference<List<LayerDrift>>() {}));
        return detail;
    }

    private static Attempt attempt(AttemptRow row) {
        Attempt attempt = new Attempt();
        attempt.setId(row.id());
        attempt.setNumber(row.number());
        attempt.setWorker(row.worker());
        attempt.setState(row.state());
        attempt.setStartedAt(row.startedAt());
        attempt.setEndedAt(row.endedAt());
        attempt.setResumedFromTokens(row.resumedFromTokens());
        attempt.setRefusedWrites(row.refusedWrites());
        attempt.setDevice(row.device());
        attempt.setFailureClass(row.failureClass());
        attempt.setFailureMessage(row.failureMessage());
        return attempt;
    }

    Transition transition(TransitionRow row) {
        Transition transition = new Transition();
        transition.setAt(row.at());
        String from = row.from();
        transition.setFrom(from == null ? null : RunState.fromValue(from));
        transition.setTo(RunState.fromValue(row.to()));
        transition.setEvent(row.event());
        transition.setActor(row.actor());
        transition.setReason(row.reason());
        transition.setAttempt(row.attempt());
        return transition;
    }

    Curve curve(long run, SampledCurve sampled) {
        Curve curve = new Curve();
        curve.setRun(run);
        curve.setRows(Math.toIntExact(sampled.rows()));
        curve.setPoints(sampled.points().stream().map(RunAnswers::point).toList());
        return curve;
    }

    private static CurvePoint point(CurveRow row) {
        CurvePoint point = new CurvePoint();
        point.setTokens(row.tokens());
        point.setStep(row.step());
        point.setLoss(row.loss());
        point.setLearningRate(row.learningRate());
        point.setGradientNorm(row.gradientNorm());
        point.setTokensPerSecond(row.tokensPerSecond());
        point.setMemoryBytes(row.memoryBytes());
        return point;
    }
}
