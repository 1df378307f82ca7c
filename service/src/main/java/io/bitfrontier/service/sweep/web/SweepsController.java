package io.bitfrontier.service.sweep.web;

import io.bitfrontier.api.PlansApi;
import io.bitfrontier.api.SweepsApi;
import io.bitfrontier.api.model.Plan;
import io.bitfrontier.api.model.Point;
import io.bitfrontier.api.model.PointPage;
import io.bitfrontier.api.model.Sweep;
import io.bitfrontier.api.model.SweepEvent;
import io.bitfrontier.api.model.SweepPage;
import io.bitfrontier.service.access.Needs;
import io.bitfrontier.service.access.Needs.On;
import io.bitfrontier.service.access.Role;
import io.bitfrontier.service.paging.Cursor;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import io.bitfrontier.service.sweep.Replanning;
import io.bitfrontier.service.sweep.SweepEvents;
import io.bitfrontier.service.sweep.SweepLife;
import io.bitfrontier.service.sweep.Sweeps;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RestController;

@RestController
class SweepsController implements SweepsApi, PlansApi {
    private final Sweeps sweeps;
    private final SweepLife life;
    private final Replanning replanning;
    private final SweepEvents events;
    private final SweepAnswers answers;
    private final PointQueries points;
    private final MeterRegistry meters;
    private final Timer planning;
    private final Timer submitting;
    private final Turnstiles turnstiles;

    SweepsController(
            Sweeps sweeps,
            SweepLife life,
            Replanning replanning,
            SweepEvents events,
            SweepAnswers answers,
            PointQueries points,
            Turnstiles turnstiles,
            MeterRegistry meters) {
        this.sweeps = sweeps;
        this.life = life;
        this.replanning = replanning;
        this.events = events;
        this.answers = answers;
        this.points = points;
        this.turnstiles = turnstiles;
        this.meters = meters;
        this.planning = Timer.builder("bitfrontier.plan")
                .description("Time to plan a sweep document that has no violation")
                .register(meters);
        this.submitting = Timer.builder("bitfrontier.submit")
                .description("Time to plan and store one")
                .register(meters);
    }

    @Override
    @Needs(value = Role.VIEWER, on = On.ANY_PROJECT)
    public ResponseEntity<Plan> createPlan(String body) {
        return ResponseEntity.ok(turnstiles.plans.pass(() -> sweeps.size(body), () -> {
            Timer.Sample sample = Timer.start(meters);
            Sweeps.Preview preview = sweeps.plan(body);
            sample.stop(planning);
            return answers.plan(preview);
        }));
    }

    @Override
    @Needs(value = Role.RESEARCHER, on = On.ANY_PROJECT)
    public ResponseEntity<Sweep> submitSweep(String body, Boolean extend, Boolean retrain) {
        if (retrain && !extend) {
            throw ProblemException.invalid(List.of(new Violation("retrain", "true", "needs extend=true")));
        }
        Sweeps.Submission submission = turnstiles.submissions.pass(() -> sweeps.size(body), () -> {
            Timer.Sample sample = Timer.start(meters);
            Sweeps.Submission stored = extend ? replanning.extend(body, retrain) : sweeps.submit(body);
            sample.stop(submitting);
            return stored;
        });
        return ResponseEntity.status(submission.created() ? HttpStatus.CREATED : HttpStatus.OK)
                .body(answers.sweep(submission.sweep()));
    }

    @Override
    @Needs(value = Role.VIEWER, on = On.ANY_PROJECT)
    public ResponseEntity<SweepPage> listSweeps(@Nullable String name, @Nullable String cursor, Integer limit) {
        Sweeps.Position after = Cursor.parse(
                cursor, 2, key -> new Sweeps.Position(Instant.parse(key.get(0)), UUID.fromString(key.get(1))));
        var found = sweeps.list(name, after, limit + 1);
        SweepPage page = new SweepPage();
        page.setItems(answers.sweeps(Cursor.page(found, limit)));
        page.setNextCursor(Cursor.next(found, limit, sweep -> Cursor.of(sweep.createdAt(), sweep.id())));
        return ResponseEntity.ok(page);
    }

    @Override
    @Needs(value = Role.VIEWER, on = On.SWEEP)
    public ResponseEntity<Sweep> getSweep(UUID sweep) {
        return ResponseEntity.ok(answers.sweep(sweeps.get(sweep)));
    }

    @Override
    @Needs(value = Role.RESEARCHER, on = On.SWEEP)
    public ResponseEntity<Sweep> cancelSweep(UUID sweep) {
        return ResponseEntity.ok(answers.sweep(sweeps.cancel(sweep)));
    }

    @Override
    @Needs(value = Role.RESEARCHER, on = On.SWEEP)
    public ResponseEntity<Sweep> retrySweep(UUID sweep) {
        return ResponseEntity.ok(
                answers.sweep(turnstiles.submissions.pass(() -> sweeps.size(sweep), () -> replanning.retry(sweep))));
    }

    @Override
    @Needs(value = Role.RESEARCHER, on = On.SWEEP)
    public ResponseEntity<Sweep> pauseSweep(UUID sweep, Boolean drain) {
        return ResponseEntity.ok(answers.sweep(life.pause(sweep, drain)));
    }

    @Override
    @Needs(value = Role.RESEARCHER, on = On.SWEEP)
    public ResponseEntity<Sweep> resumeSweep(UUID sweep) {
        return ResponseEntity.ok(answers.sweep(life.resume(sweep)));
    }

    @Override
    @Needs(value = Role.RESEARCHER, on = On.SWEEP)
    public ResponseEntity<Sweep> limitSweep(UUID sweep, Map<String, Object> changes) {
        return ResponseEntity.ok(answers.sweep(life.limit(sweep, changes)));
    }

    @Override
    @Needs(value = Role.VIEWER, on = On.SWEEP)
    public ResponseEntity<List<SweepEvent>> getSweepHistory(UUID sweep) {
        return ResponseEntity.ok(events.of(sweeps.get(sweep).id()).stream()
                .map(entry -> new SweepEvent(entry.at(), entry.event(), entry.actor(), entry.reason()))
                .toList());
    }

    @Override
    @Needs(value = Role.VIEWER, on = On.SWEEP)
    public ResponseEntity<PointPage> listPoints(UUID sweep, @Nullable String cursor, Integer limit) {
        UUID id = sweeps.get(sweep).id();
        List<Point> found = points.page(id, Cursor.number(cursor, 0), limit + 1);
        PointPage page = new PointPage();
        page.setItems(Cursor.page(found, limit));
        page.setNextCursor(Cursor.next(found, limit, point -> Cursor.of(point.getId())));
        return ResponseEntity.ok(page);
    }
}
