package io.bitfrontier.service.ingest;

import io.bitfrontier.service.failpoint.FailPoint;
import io.bitfrontier.service.failpoint.FailPoints;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import io.bitfrontier.service.run.AttemptToken;
import io.bitfrontier.service.run.Claims;
import io.bitfrontier.service.worker.Token;
import io.bitfrontier.service.worker.WorkerCaller;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What workers ask under their own token. */
@RestController
@RequestMapping("/api/v1/workers/{worker}")
class WorkerController {
    private static final int LONGEST_DEVICE = 200;

    private final Workers workers;
    private final Claims claims;
    private final FailPoints failPoints;

    WorkerController(Workers workers, Claims claims, FailPoints failPoints) {
        this.failPoints = failPoints;
        this.workers = workers;
        this.claims = claims;
    }

    @PostMapping("/claims")
    ResponseEntity<Assignment> claim(
            @RequestAttribute(WorkerCaller.ATTRIBUTE) WorkerCaller caller, @RequestBody ClaimRequest request) {
        requireSpeakable(request.device());
        String resourceClass = workers.seen(caller.workerId());
        Token token = Token.generate();
        return claims.claim(caller.workerId(), resourceClass, request, new AttemptToken(token.secret(), token.sha256()))
                .map(assignment -> {
                    failPoints.pass(FailPoint.CLAIM_STORED);
                    return ResponseEntity.ok(assignment);
                })
                .orElseGet(() -> ResponseEntity.noContent().build());
    }

    private static void requireSpeakable(@Nullable String device) {
        if (device != null && (device.isBlank() || device.length() > LONGEST_DEVICE)) {
            throw ProblemException.invalid(List.of(new Violation(
                    "device", null, "has " + device.length() + " characters, must have 1 to " + LONGEST_DEVICE)));
        }
    }
}
