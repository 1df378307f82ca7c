package io.bitfrontier.service.artifact;

import io.bitfrontier.service.worker.AttemptCaller;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.DownloadReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.DownloadRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadedParts;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The part of the worker protocol that moves artifacts through an object store. */
@RestController
@RequestMapping("/api/v1/attempts/{attempt}")
class TransferController {
    private final Transfers transfers;

    TransferController(Transfers transfers) {
        this.transfers = transfers;
    }

    @PostMapping("/downloads")
    DownloadReply download(
            @RequestAttribute(AttemptCaller.ATTRIBUTE) AttemptCaller caller, @RequestBody DownloadRequest request) {
        return transfers.download(caller.attemptId(), request);
    }

    @PostMapping("/uploads")
    UploadReply upload(
            @RequestAttribute(AttemptCaller.ATTRIBUTE) AttemptCaller caller, @RequestBody UploadRequest request) {
        return transfers.upload(caller.attemptId(), request);
    }

    @PostMapping("/uploaded")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void uploaded(@RequestAttribute(AttemptCaller.ATTRIBUTE) AttemptCaller caller, @RequestBody UploadedParts parts) {
        transfers.uploaded(caller.attemptId(), parts);
    }
}
