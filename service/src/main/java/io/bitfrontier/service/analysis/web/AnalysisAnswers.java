package io.bitfrontier.service.analysis.web;

import io.bitfrontier.api.model.FrontierCandidate;
import io.bitfrontier.api.model.FrontierExclusion;
import io.bitfrontier.api.model.FrontierMember;
import io.bitfrontier.service.analysis.Frontier;
import io.bitfrontier.service.analysis.Measure;
import io.bitfrontier.service.analysis.Observation;
import io.bitfrontier.service.analysis.QualityAxis;
import io.bitfrontier.service.analysis.SizeAxis;
import io.bitfrontier.service.analysis.web.ObservationQueries.Budget;
import java.util.List;

/** The analysis in the words of the contract. */
final class AnalysisAnswers {
    private AnalysisAnswers() {}

    static SizeAxis core(io.bitfrontier.api.model.SizeAxis x) {
        return switch (x) {
            case EFFECTIVE_SIZE_BYTES -> SizeAxis.EFFECTIVE;
            case PACKED_SIZE_BYTES -> SizeAxis.PACKED;
        };
    }

    static QualityAxis core(io.bitfrontier.api.model.QualityAxis y) {
        return switch (y) {
            case ACCURACY -> QualityAxis.ACCURACY;
            case LOSS -> QualityAxis.LOSS;
        };
    }

    static io.bitfrontier.api.model.Frontier frontier(
            Frontier frontier,
            List<Budget> budgets,
            io.bitfrontier.api.model.SizeAxis x,
            io.bitfrontier.api.model.QualityAxis y) {
        io.bitfrontier.api.model.Frontier answer = new io.bitfrontier.api.model.Frontier();
        answer.setX(x);
        answer.setY(y);
        answer.setTokens(frontier.request().tokens());
        answer.setBudgets(budgets.stream()
                .filter(budget -> budget.observed() > 0)
                .map(Budget::tokens)
                .distinct()
                .toList());
        answer.setEvaluationVersion(frontier.request().evaluationVersion());
        answer.setSizeDefinition(frontier.request().x().definition());
        answer.setResamples(frontier.request().resamples());
        answer.setComplete(budgets.stream().allMatch(budget -> budget.observed() == budget.points()));
        answer.setFloor(frontier.floor());
        answer.setMembers(
                frontier.members().stream().map(AnalysisAnswers::member).toList());
        answer.setCandidates(
                frontier.points().stream().map(AnalysisAnswers::candidate).toList());
        answer.setExcluded(frontier.exclusions().stream()
                .map(exclusion -> new FrontierExclusion(exclusion.reason(), exclusion.observations()))
                .toList());
        return answer;
    }

    private static FrontierMember member(Frontier.Point point) {
        Observation of = point.observation();
        FrontierMember member = new FrontierMember();
        member.setLabel(point.label());
        member.setModel(of.model());
        member.setPrecision(of.precision());
        member.setScheme(of.scheme());
        member.setQuantizer(of.quantizer());
        member.setTokens(of.tokens());
        member.setX(point.x());
        member.setY(point.y());
        member.setStandardError(point.standardError());
        member.setSeeds(point.seeds());
        member.setProbability(point.probability());
        member.setRun(of.run());
        return member;
    }

    private static FrontierCandidate candidate(Frontier.Point point) {
        Observation of = point.observation();
        FrontierCandidate candidate = new FrontierCandidate();
        candidate.setLabel(point.label());
        candidate.setModel(of.model());
        candidate.setPrecision(of.precision());
        candidate.setScheme(of.scheme());
        candidate.setQuantizer(of.quantizer());
        candidate.setTokens(of.tokens());
        candidate.setX(point.x());
        candidate.setY(point.y());
        candidate.setProbability(point.probability());
        candidate.setOnFrontier(point.onFrontier());
        return candidate;
    }

    static io.bitfrontier.api.model.Observation observation(ObservationQueries.Row row) {
        Observation of = row.observation();
        io.bitfrontier.api.model.Observation answer = new io.bitfrontier.api.model.Observation();
        answer.setSweep(row.sweep());
        answer.setModel(of.model());
        answer.setParameters(row.parameters());
        answer.setTokens(of.tokens());
        answer.setPrecision(of.precision());
        answer.setScheme(of.scheme());
        answer.setQuantizer(of.quantizer());
        answer.setSeed(of.seed());
        answer.setEffectiveSizeBytes(of.effectiveSizeBytes());
        answer.setPackedSizeBytes(of.packedSizeBytes());
        answer.setEvaluationVersion(of.evaluationVersion());
        answer.setRun(of.run());
        Measure loss = of.loss();
        if (loss != null) {
            answer.setLoss(loss.value());
            answer.setLossStandardError(loss.standardError());
        }
        Measure accuracy = of.accuracy();
        if (accuracy != null) {
            answer.setAccuracy(accuracy.value());
            answer.setAccuracyStandardError(accuracy.standardError());
        }
        return answer;
    }
}
