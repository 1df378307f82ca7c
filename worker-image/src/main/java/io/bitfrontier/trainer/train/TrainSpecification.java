package io.bitfrontier.trainer.train;

import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Scheme;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import io.bitfrontier.vocabulary.work.PointTraining;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One point to train without a service.
 *
 * @param steps budget in optimizer steps
 * @param quantizer null in full precision
 */
record TrainSpecification(
        PointTraining training,
        long steps,
        Precision precision,
        Scheme scheme,
        @Nullable QuantizerSpec quantizer,
        EvaluationSpec evaluation) {
    List<PointTraining.Link> lineage() {
        return training.lineage(scheme, quantizer, steps);
    }
}
