package io.bitfrontier.service.ingest;

import io.bitfrontier.service.run.AttemptToken;
import io.bitfrontier.service.run.Claims;
import io.bitfrontier.service.worker.Token;
import io.bitfrontier.service.worker.WorkerCaller;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
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
    private final Workers workers;
    private final Claims claims;

    WorkerController(Workers workers, Claims claims) {
        this.workers = workers;
        this.claims = claims;
    }

    @PostMapping("/claims")
    ResponseEntity<Assignment> claim(
            @RequestAttribute(WorkerCaller.ATTRIBUTE) WorkerCaller caller, @RequestBody ClaimRequest request) {
        String resourceClass = workers.seen(caller.workerId());
        Token token = Token.generate();
        return claims.claim(caller.workerId(), resourceClass, request, new AttemptToken(token.secret(), token.sha256()))
                .map(ResponseEntity::ok)
                .orElseGet(() -> ResponseEntity.noContent().build());
    }
}
