package io.bitfrontier.service.ingest;

import io.bitfrontier.service.evaluate.EvaluationStore;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import io.bitfrontier.service.run.AttemptRef;
import io.bitfrontier.service.run.RunCompletion;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Completion;
import java.util.List;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Completes a run in one transaction: the results are stored and the run has succeeded, or neither. */
@Service
class Completions {
    private final RunCompletion runs;
    private final EvaluationStore evaluations;

    Completions(RunCompletion runs, EvaluationStore evaluations) {
        this.runs = runs;
        this.evaluations = evaluations;
    }

    @Transactional
    public void complete(AttemptRef attempt, Completion completion) {
        if (completion.lastMetricSequence() < 0) {
            throw ProblemException.invalid(List.of(new Violation(
                    "lastMetricSequence", Long.toString(completion.lastMetricSequence()), "must be at least 0")));
        }
        runs.begin(attempt, completion.lastMetricSequence()).ifPresent(run -> {
            if (run.train()) {
                if (completion.checkpoint() == null) {
                    throw missing("checkpoint", "a train run completes with the state it has reached");
                }
                runs.storeState(run, completion.checkpoint());
            } else {
                if (completion.result() == null) {
                    throw missing("result", "an evaluate run completes with what it has measured");
                }
                evaluations.store(attempt.runId(), run.targetStateId(), run.evaluationVersion(), completion.result());
            }
            runs.finish(run);
        });
    }

    private static ProblemException missing(String field, String message) {
        return ProblemException.invalid(List.of(new Violation(field, null, "is missing: " + message)));
    }
}
