package io.bitfrontier.service.run.web;

import io.bitfrontier.api.RunsApi;
import io.bitfrontier.api.model.Curve;
import io.bitfrontier.api.model.RunDetail;
import io.bitfrontier.api.model.RunKind;
import io.bitfrontier.api.model.RunPage;
import io.bitfrontier.api.model.RunState;
import io.bitfrontier.api.model.Transition;
import io.bitfrontier.service.access.Needs;
import io.bitfrontier.service.access.Needs.On;
import io.bitfrontier.service.access.Projects;
import io.bitfrontier.service.access.Role;
import io.bitfrontier.service.paging.Cursor;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.run.WaitingReasons;
import io.bitfrontier.service.run.web.CurveQueries.SampledCurve;
import io.bitfrontier.service.run.web.RunQueries.DetailRow;
import io.bitfrontier.service.run.web.RunQueries.RunRow;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RestController;

@RestController
class RunsController implements RunsApi {
    private static final MediaType TEXT = MediaType.parseMediaType("text/plain;charset=UTF-8");

    private final RunQueries queries;
    private final CurveQueries curves;
    private final LogQueries logs;
    private final RunAnswers answers;
    private final WaitingReasons waiting;
    private final Projects projects;

    RunsController(
            RunQueries queries,
            CurveQueries curves,
            LogQueries logs,
            RunAnswers answers,
            WaitingReasons waiting,
            Projects projects) {
        this.waiting = waiting;
        this.projects = projects;
        this.queries = queries;
        this.curves = curves;
        this.logs = logs;
        this.answers = answers;
    }

    @Override
    @Needs(value = Role.VIEWER, on = On.ANY_PROJECT)
    public ResponseEntity<RunPage> listRuns(
            @Nullable UUID sweep,
            @Nullable RunState state,
            @Nullable RunKind kind,
            @Nullable String cursor,
            Integer limit) {
        List<RunRow> rows = queries.page(
                new RunQueries.Filter(sweep, state, kind, Cursor.number(cursor, 0), limit + 1), projects.visible());
        RunPage page = new RunPage();
        page.setItems(Cursor.page(rows, limit).stream().map(answers::run).toList());
        page.setNextCursor(Cursor.next(rows, limit, row -> Cursor.of(row.id())));
        return ResponseEntity.ok(page);
    }

    @Override
    @Needs(value = Role.VIEWER, on = On.RUN)
    public ResponseEntity<RunDetail> getRun(Long run) {
        DetailRow row = queries.detail(run).orElseThrow(() -> ProblemException.notFound("run", run));
        RunDetail detail = answers.detail(
                row, queries.sweeps(run, projects.visible()), queries.attempts(run), queries.metrics(run));
        detail.setWaitingFor(waiting.ofRun(run).orElse(null));
        return ResponseEntity.ok(detail);
    }

    @Override
    @Needs(value = Role.VIEWER, on = On.RUN)
    public ResponseEntity<Curve> getRunMetrics(Long run, Integer points) {
        requireRun(run);
        SampledCurve curve = curves.curve(run, points);
        return ResponseEntity.ok(answers.curve(run, curve));
    }

    @Override
    @Needs(value = Role.VIEWER, on = On.RUN)
    public ResponseEntity<List<Transition>> getRunHistory(Long run) {
        requireRun(run);
        return ResponseEntity.ok(
                queries.history(run).stream().map(answers::transition).toList());
    }

    @Override
    @Needs(value = Role.VIEWER, on = On.RUN)
    public ResponseEntity<String> getRunLog(Long run) {
        requireRun(run);
        return ResponseEntity.ok().contentType(TEXT).body(logs.log(run));
    }

    private void requireRun(long run) {
        if (!queries.exists(run)) {
            throw ProblemException.notFound("run", run);
        }
    }
}
