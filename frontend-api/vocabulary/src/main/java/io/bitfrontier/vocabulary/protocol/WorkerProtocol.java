package io.bitfrontier.vocabulary.protocol;

import io.bitfrontier.vocabulary.work.EvaluationResult;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages of the worker protocol. Every request carries {@code Authorization: Bearer <token>} — the worker's own for claims,
 * the attempt's for everything about an attempt — and {@code Bitfrontier-Protocol: 1}.
 *
 * <pre>
 * POST /api/v1/workers/{id}/claims          ClaimRequest      → 200 Assignment | 204 nothing fits now | 410 leave
 * POST /api/v1/attempts/{id}/heartbeat      Heartbeat         → 200 HeartbeatReply
 * POST /api/v1/attempts/{id}/metrics        MetricBatch       → 200 MetricReply
 * POST /api/v1/attempts/{id}/checkpoints    CheckpointReport  → 204
 * POST /api/v1/attempts/{id}/log            LogChunk          → 204
 * POST /api/v1/attempts/{id}/downloads      DownloadRequest   → 200 DownloadReply
 * POST /api/v1/attempts/{id}/uploads        UploadRequest     → 200 UploadReply
 * POST /api/v1/attempts/{id}/uploaded       UploadedParts     → 204
 * POST /api/v1/attempts/{id}/completion     Completion        → 204 | 409 METRICS_MISSING with the sequence to resend from
 * POST /api/v1/attempts/{id}/failure        Failure           → 204
 * </pre>
 *
 * A request for a fenced attempt (lease lost, run cancelled or finished) answers 409 with code {@code ATTEMPT_FENCED}; a wrong
 * token answers 401. Every message may be sent twice: the second has no further effect.
 */
public final class WorkerProtocol {
    public static final int VERSION = 1;
    public static final String VERSION_HEADER = "Bitfrontier-Protocol";

    /** Environment of a worker process; the token is never an argument, since arguments can be listed. */
    public static final String ENV_SERVICE_URL = "BITFRONTIER_SERVICE_URL";

    public static final String ENV_WORKER_ID = "BITFRONTIER_WORKER_ID";
    public static final String ENV_WORKER_TOKEN = "BITFRONTIER_WORKER_TOKEN";
    /** Directory for what a worker buffers while the service is away. */
    public static final String ENV_WORKER_SCRATCH = "BITFRONTIER_WORKER_SCRATCH";
    /** Threads that LibTorch may use. */
    public static final String ENV_WORKER_THREADS = "BITFRONTIER_WORKER_THREADS";
    /** What to compute on: cpu, cuda, cuda:N or auto, the default: a GPU where there is one, and LibTorch for it. */
    public static final String ENV_WORKER_DEVICE = "BITFRONTIER_WORKER_DEVICE";
    /** Processes that train one model together, each on a GPU of its own; optional, 1. With a pod of several GPUs, that many. */
    public static final String ENV_WORKER_RANKS = "BITFRONTIER_WORKER_RANKS";
    /** Seconds for which ranks wait for the slowest of them, a checkpoint by the first included; optional, 600. */
    public static final String ENV_WORKER_RANK_TIMEOUT_SECONDS = "BITFRONTIER_WORKER_RANK_TIMEOUT_SECONDS";
    /** Seconds without work after which a worker leaves; optional. */
    public static final String ENV_WORKER_IDLE_SECONDS = "BITFRONTIER_WORKER_IDLE_SECONDS";
    /**
     * Seconds from SIGTERM to the end of the process, in which it checkpoints and reports; optional, 25. Whoever starts the
     * worker must grant more before it kills: a pod a little more than this.
     */
    public static final String ENV_WORKER_GRACE_SECONDS = "BITFRONTIER_WORKER_GRACE_SECONDS";
    /** Seconds for which a worker without work keeps calling a service that does not answer; optional. */
    public static final String ENV_WORKER_UNREACHABLE_SECONDS = "BITFRONTIER_WORKER_UNREACHABLE_SECONDS";

    /** Problem codes of a 409 and the property that tells the sequence number to go on from. */
    public static final String CODE_FENCED = "ATTEMPT_FENCED";

    public static final String CODE_METRICS_MISSING = "METRICS_MISSING";
    public static final String CODE_METRICS_OUT_OF_ORDER = "METRICS_OUT_OF_ORDER";
    public static final String EXPECTED_SEQUENCE = "expectedSequence";

    public static final int EXIT_DONE = 0;
    public static final int EXIT_USER_INPUT = 64;
    public static final int EXIT_PLATFORM = 70;
    public static final int EXIT_PREEMPTED = 75;
    public static final int EXIT_OUT_OF_MEMORY = 137;

    private WorkerProtocol() {}

    /**
     * Asks for work.
     *
     * @param holdingTrajectory fingerprint of the trajectory whose end is still in memory; null for none
     * @param holdingTokens lineage tokens of that state; null for none
     * @param device what the worker computes on, in words: {@code cpu: AMD EPYC, 1 thread}, {@code cuda: NVIDIA H200},
     *     {@code 2 × cuda: NVIDIA H200}. The same words mean the same bits, and comparable throughput. Null where the worker
     *     does not say
     */
    public record ClaimRequest(
            @Nullable String holdingTrajectory,
            @Nullable Long holdingTokens,
            @Nullable String device) {
        /** A claim that does not name the device. */
        public ClaimRequest(@Nullable String holdingTrajectory, @Nullable Long holdingTokens) {
            this(holdingTrajectory, holdingTokens, null);
        }
    }

    /**
     * One attempt at one run. Exactly one of {@code train} and {@code evaluate} is set.
     *
     * @param attemptId this execution
     * @param runId the run it executes
     * @param token bearer token valid for this attempt alone
     * @param leaseSeconds how long the attempt may go on without a successful heartbeat
     * @param artifactUri directory under which this attempt, and no other, writes: {@code file:} where worker and service share
     *     a file system, {@code s3:} where files travel by the URLs that the service signs
     */
    public record Assignment(
            long attemptId,
            long runId,
            String token,
            long leaseSeconds,
            String artifactUri,
            @Nullable TrainWork train,
            @Nullable EvaluateWork evaluate) {}

    /**
     * Bring a trajectory to a token count.
     *
     * @param trajectory what to train
     * @param fromTokens lineage tokens of {@code from}; 0 with fresh weights
     * @param toTokens lineage tokens to reach; equal to {@code fromTokens} for PTQ
     * @param from the stored state to go on from, or null for fresh weights. It belongs to the same trajectory, or to the one
     *     the trajectory starts from
     * @param resume the newest checkpoint of an earlier attempt at this run, or null
     * @param checkpointSeconds time between checkpoints on the way
     */
    public record TrainWork(
            TrajectorySpec trajectory,
            long fromTokens,
            long toTokens,
            @Nullable StoredCheckpoint from,
            @Nullable StoredCheckpoint resume,
            long checkpointSeconds) {}

    /**
     * Measure a stored state.
     *
     * @param trajectory the trajectory of the state: its model and quantizer
     * @param tokens lineage tokens of the state
     * @param checkpoint where it is stored
     * @param reference the state the trajectory started from, for the weight drift; null for none
     */
    public record EvaluateWork(
            TrajectorySpec trajectory,
            long tokens,
            StoredCheckpoint checkpoint,
            @Nullable StoredCheckpoint reference,
            EvaluationSpec evaluation) {}

    /**
     * A checkpoint in the artifact store.
     *
     * @param uri directory that holds it
     * @param sha256 hash of its manifest, which lists the hash of every file
     * @param tokens lineage tokens it stands at
     * @param trajectory fingerprint of the trajectory that wrote it
     * @param bytes of all its files
     */
    public record StoredCheckpoint(String uri, String sha256, long tokens, String trajectory, long bytes) {}

    /**
     * Asks for URLs from which files of a checkpoint can be read.
     *
     * @param checkpoint the {@code uri} of a checkpoint that the assignment names
     * @param names of its files
     */
    public record DownloadRequest(String checkpoint, List<String> names) {}

    /** One URL for each name, in their order; each is good for {@code GET} for some minutes and holds no other secret. */
    public record DownloadReply(List<String> urls) {}

    /**
     * Asks for URLs to which a file can be written.
     *
     * @param uri of the file, below the attempt's {@code artifactUri}
     * @param bytes of the file
     */
    public record UploadRequest(String uri, long bytes) {}

    /**
     * Where the parts of a file go, each by one {@code PUT}.
     *
     * @param uploadId to name when all parts are there; null when the file is a single part and nothing is to be said
     * @param partBytes of every part but the last
     * @param urls one for each part, in order
     */
    public record UploadReply(@Nullable String uploadId, long partBytes, List<String> urls) {}

    /**
     * All parts of a file are there.
     *
     * @param etags the header {@code ETag} of the answer to each {@code PUT}, in order
     */
    public record UploadedParts(String uri, String uploadId, List<String> etags) {}

    /**
     * A sign of life that renews the lease.
     *
     * @param tokens lineage tokens reached
     */
    public record Heartbeat(long tokens) {}

    /**
     * What the worker does next.
     *
     * @param command {@code continue}; {@code checkpoint-and-leave} (drain or preemption); {@code stop} (cancelled)
     */
    public record HeartbeatReply(String command, long leaseSeconds) {
        public static final String CONTINUE = "continue";
        public static final String CHECKPOINT_AND_LEAVE = "checkpoint-and-leave";
        public static final String STOP = "stop";
    }

    /**
     * Rows of the training curve.
     *
     * @param sequence 1, 2, 3, … without gaps within the attempt; a repeated number is acknowledged and not stored again, one
     *     beyond the next is refused with 409 {@code METRICS_OUT_OF_ORDER}
     * @param resumedFromTokens where this attempt began: its curve is valid from here
     */
    public record MetricBatch(long sequence, long resumedFromTokens, List<MetricRow> rows) {}

    /**
     * One optimizer step, or the mean over the steps since the last row.
     *
     * @param tokens lineage tokens after the step
     * @param step optimizer step of the lineage, from 1
     * @param loss mean cross-entropy in nats per token
     * @param learningRate of the step
     * @param gradientNorm global, before clipping
     * @param tokensPerSecond since the last row
     * @param memoryBytes resident memory of the worker
     */
    public record MetricRow(
            long tokens,
            long step,
            double loss,
            double learningRate,
            double gradientNorm,
            double tokensPerSecond,
            long memoryBytes) {}

    /** The highest sequence number stored without gaps. */
    public record MetricReply(long acceptedThrough) {}

    /** A checkpoint on the way, from which another attempt may resume. */
    public record CheckpointReport(StoredCheckpoint checkpoint) {}

    /**
     * Lines of the attempt's log.
     *
     * @param sequence 1, 2, 3, …; a repeated number is not stored again
     */
    public record LogChunk(long sequence, String text) {}

    /**
     * The run is done. SUCCEEDED needs all of it stored.
     *
     * @param lastMetricSequence the last batch that was sent; 0 for none
     * @param checkpoint the state reached, for train runs
     * @param result what was measured, for evaluate runs
     */
    public record Completion(
            long lastMetricSequence,
            @Nullable StoredCheckpoint checkpoint,
            @Nullable EvaluationResult result) {}

    /**
     * The attempt ends without its result.
     *
     * @param failureClass one of {@link FailureClass}' names
     * @param message one sentence for the user, without secrets
     */
    public record Failure(String failureClass, String message) {}
}
