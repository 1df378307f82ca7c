package io.bitfrontier.service.artifact;

import io.bitfrontier.service.run.AttemptFencedException;
import io.bitfrontier.service.run.AttemptRef;
import io.bitfrontier.service.run.Leases;
import io.bitfrontier.service.worker.AttemptCaller;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.DownloadReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.DownloadRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadedParts;
import java.util.function.LongFunction;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * The part of the worker protocol that moves artifacts through an object store. A write that comes after the attempt has ended is
 * refused and counted.
 */
@RestController
@RequestMapping("/api/v1/attempts/{attempt}")
class TransferController {
    private final Transfers transfers;
    private final Leases leases;

    TransferController(Transfers transfers, Leases leases) {
        this.transfers = transfers;
        this.leases = leases;
    }

    @PostMapping("/downloads")
    DownloadReply download(
            @RequestAttribute(AttemptCaller.ATTRIBUTE) AttemptCaller caller, @RequestBody DownloadRequest request) {
        return transfers.download(caller.attemptId(), request);
    }

    @PostMapping("/uploads")
    UploadReply upload(
            @RequestAttribute(AttemptCaller.ATTRIBUTE) AttemptCaller caller, @RequestBody UploadRequest request) {
        return write(caller, attempt -> transfers.upload(attempt, request));
    }

    @PostMapping("/uploaded")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void uploaded(@RequestAttribute(AttemptCaller.ATTRIBUTE) AttemptCaller caller, @RequestBody UploadedParts parts) {
        write(caller, attempt -> {
            transfers.uploaded(attempt, parts);
            return true;
        });
    }

    private <T> T write(AttemptCaller caller, LongFunction<T> write) {
        try {
            return write.apply(caller.attemptId());
        } catch (AttemptFencedException e) {
            leases.countRefused(new AttemptRef(caller.attemptId(), caller.runId(), caller.workerId()));
            throw e;
        }
    }
}
