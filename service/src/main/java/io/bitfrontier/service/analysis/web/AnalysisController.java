package io.bitfrontier.service.analysis.web;

import io.bitfrontier.api.AnalysisApi;
import io.bitfrontier.api.model.Frontier;
import io.bitfrontier.api.model.ObservationPage;
import io.bitfrontier.api.model.QualityAxis;
import io.bitfrontier.api.model.SizeAxis;
import io.bitfrontier.service.access.Needs;
import io.bitfrontier.service.access.Needs.On;
import io.bitfrontier.service.access.Projects;
import io.bitfrontier.service.access.Role;
import io.bitfrontier.service.analysis.FrontierRequest;
import io.bitfrontier.service.analysis.web.ObservationQueries.Budget;
import io.bitfrontier.service.analysis.web.ObservationQueries.Row;
import io.bitfrontier.service.paging.Cursor;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.RestController;

@RestController
class AnalysisController implements AnalysisApi {
    private final ObservationQueries queries;
    private final FrontierCache cache;
    private final Projects projects;

    AnalysisController(ObservationQueries queries, FrontierCache cache, Projects projects) {
        this.projects = projects;
        this.queries = queries;
        this.cache = cache;
    }

    @Override
    @Needs(value = Role.VIEWER, on = On.SWEEP)
    // One snapshot: the observations must be those that the cache's key names.
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    public ResponseEntity<Frontier> getFrontier(UUID sweep, @Nullable Long tokens, SizeAxis x, QualityAxis y) {
        List<Budget> budgets = queries.budgets(sweep);
        if (budgets.isEmpty()) {
            throw ProblemException.notFound("sweep with grid points", sweep);
        }
        Budget budget = tokens == null ? largestObserved(budgets) : asked(budgets, tokens);
        FrontierRequest request = new FrontierRequest(
                AnalysisAnswers.core(x),
                AnalysisAnswers.core(y),
                budget.tokens(),
                budget.evaluationVersion(),
                FrontierRequest.DEFAULT_RESAMPLES,
                FrontierRequest.DEFAULT_SEED);
        var frontier = cache.get(
                sweep, queries.evaluations(sweep, budget.tokens()), request, () -> queries.at(sweep, budget.tokens()));
        return ResponseEntity.ok(AnalysisAnswers.frontier(frontier, budgets, x, y));
    }

    private static Budget largestObserved(List<Budget> budgets) {
        Comparator<Budget> byTokens = Comparator.comparingLong(Budget::tokens).thenComparing(Budget::observed);
        return budgets.stream()
                .filter(budget -> budget.observed() > 0)
                .max(byTokens)
                .orElseGet(() -> budgets.get(budgets.size() - 1));
    }

    /** A budget is found as it was rounded and as it was requested. */
    private static Budget asked(List<Budget> budgets, long tokens) {
        return budgets.stream()
                .filter(budget -> budget.tokens() == tokens || budget.requested() == tokens)
                .max(Comparator.comparingLong(Budget::observed))
                .orElseThrow(() -> {
                    List<Long> known =
                            budgets.stream().map(Budget::tokens).distinct().toList();
                    return ProblemException.invalid(List.of(new Violation(
                            "tokens", Long.toString(tokens), "must be one of the sweep's budgets " + known)));
                });
    }

    @Override
    @Needs(value = Role.VIEWER, on = On.ANY_PROJECT)
    public ResponseEntity<ObservationPage> listObservations(
            @Nullable UUID sweep, @Nullable String cursor, Integer limit) {
        List<Row> rows = queries.page(sweep, projects.visible(), Cursor.number(cursor, 0), limit + 1);
        ObservationPage page = new ObservationPage();
        page.setItems(Cursor.page(rows, limit).stream()
                .map(AnalysisAnswers::observation)
                .toList());
        page.setNextCursor(Cursor.next(rows, limit, row -> Cursor.of(row.gridPoint())));
        return ResponseEntity.ok(page);
    }
}
