package io.bitfrontier.service.evaluate;

import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import io.bitfrontier.vocabulary.work.EvaluationResult;
import io.bitfrontier.vocabulary.work.EvaluationResult.LayerDrift;
import io.bitfrontier.vocabulary.work.EvaluationResult.Metric;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** Stores evaluation results, checked: an evaluation with a value that is no number is refused as a whole. */
@Service
public class EvaluationStore {
    private static final int MOST_METRICS = 1_000;

    private final JdbcClient jdbc;
    private final JsonMapper json;

    EvaluationStore(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /**
     * Stores the result of an evaluate run within the transaction that completes it.
     *
     * @throws ProblemException INVALID with every violation
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void store(long runId, long stateId, String version, EvaluationResult result) {
        List<Violation> violations = check(result);
        if (!violations.isEmpty()) {
            throw ProblemException.invalid(violations);
        }
        long evaluation = jdbc.sql("""
                        INSERT INTO evaluation (run_id, state_id, evaluation_version, layer_drift)
                        VALUES (?, ?, ?, CAST(? AS jsonb)) RETURNING id
                        """)
                .param(runId)
                .param(stateId)
                .param(version)
                .param(json.writeValueAsString(result.layerDrift()))
                .query(Long.class)
                .single();
        for (Metric metric : result.metrics()) {
            jdbc.sql("""
                            INSERT INTO evaluation_metric (evaluation_id, name, value, standard_error, count, outcomes)
                            VALUES (:evaluation, :name, :value, :error, :count, :outcomes)
                            """)
                    .param("evaluation", evaluation)
                    .param("name", metric.name())
                    .param("value", metric.value())
                    .param("error", metric.standardError(), java.sql.Types.DOUBLE)
                    .param("count", metric.count())
                    .param(
                            "outcomes",
                            metric.outcomes() == null
                                    ? null
                                    : Base64.getDecoder().decode(metric.outcomes()),
                            java.sql.Types.BINARY)
                    .update();
        }
    }

    static List<Violation> check(EvaluationResult result) {
        List<Violation> violations = new ArrayList<>();
        int size = result.metrics().size();
        if (size < 1 || size > MOST_METRICS) {
            violations.add(
                    new Violation("result.metrics", size + " metrics", "must have 1 to " + MOST_METRICS + " metrics"));
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < size; i++) {
            Metric metric = result.metrics().get(i);
            String path = "result.metrics[" + i + "].";
            if (!names.add(metric.name())) {
                violations.add(new Violation(path + "name", metric.name(), "occurs twice"));
            }
            if (!Double.isFinite(metric.value())) {
                violations.add(new Violation(path + "value", Double.toString(metric.value()), "must be finite"));
            }
            Double error = metric.standardError();
            if (error != null && !(error >= 0 && Double.isFinite(error))) {
                violations.add(
                        new Violation(path + "standardError", error.toString(), "must be finite and at least 0"));
            }
            if (metric.count() < 1) {
                violations.add(new Violation(path + "count", Long.toString(metric.count()), "must be at least 1"));
            }
            checkOutcomes(violations, path, metric);
        }
        for (int i = 0; i < result.layerDrift().size(); i++) {
            LayerDrift drift = result.layerDrift().get(i);
            if (!(drift.drift() >= 0 && Double.isFinite(drift.drift()))) {
                violations.add(new Violation(
                        "result.layerDrift[" + i + "].drift",
                        Double.toString(drift.drift()),
                        "must be finite and at least 0"));
            }
        }
        return violations;
    }

    private static void checkOutcomes(List<Violation> violations, String path, Metric metric) {
        if (metric.outcomes() == null) {
            return;
        }
        try {
            int bytes = Base64.getDecoder().decode(metric.outcomes()).length;
            long needed = (metric.count() + 7) / 8;
            if (bytes != needed) {
                violations.add(new Violation(
                        path + "outcomes", bytes + " bytes", "must hold one bit per item, " + needed + " bytes"));
            }
        } catch (IllegalArgumentException e) {
            violations.add(new Violation(path + "outcomes", metric.outcomes(), "must be base64"));
        }
    }
}
