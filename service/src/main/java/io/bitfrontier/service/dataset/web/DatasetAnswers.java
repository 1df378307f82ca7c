package io.bitfrontier.service.dataset.web;

import io.bitfrontier.api.model.Dataset;
import java.time.ZoneOffset;

/** Data sets in the words of the contract. */
final class DatasetAnswers {
    private DatasetAnswers() {}

    static Dataset dataset(io.bitfrontier.service.dataset.Dataset dataset, String project) {
        return new Dataset(
                dataset.name(),
                project,
                dataset.path(),
                dataset.manifestSha256(),
                dataset.tokenizer(),
                dataset.files(),
                dataset.bytes(),
                dataset.tokens(),
                dataset.createdAt().atOffset(ZoneOffset.UTC));
    }
}
