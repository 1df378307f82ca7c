package io.bitfrontier.trainer.report;

import io.bitfrontier.trainer.report.Reply.Status;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricBatch;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Rows of the training curve on their way to the service: collected into numbered batches, durable before they are sent, sent
 * in order, and kept until the attempt has ended. At most {@value #BATCH_ROWS} rows are in memory.
 */
final class MetricSpool implements AutoCloseable {
    static final int BATCH_ROWS = 500;
    /** How often one round follows the service back to an older batch. */
    private static final int REWINDS = 3;

    private final SpoolFile file;
    private final Function<Object, byte[]> encode;
    private final List<MetricRow> pending = new ArrayList<>();
    private long resumedFromTokens;

    MetricSpool(Path path, Function<Object, byte[]> encode) {
        this.file = new SpoolFile(path);
        this.encode = encode;
    }

    synchronized void started(long tokens) {
        resumedFromTokens = tokens;
    }

    /** Whether the row filled a batch, which is then on disk. */
    synchronized boolean add(MetricRow row) {
        pending.add(row);
        if (pending.size() < BATCH_ROWS) {
            return false;
        }
        cut();
        return true;
    }

    /** Makes a batch of the rows collected so far, if there are any. */
    synchronized void cut() {
        if (pending.isEmpty()) {
            return;
        }
        List<MetricRow> rows = List.copyOf(pending);
        file.append(sequence -> encode.apply(new MetricBatch(sequence, resumedFromTokens, rows)));
        pending.clear();
    }

    /** Number of the newest batch; 0 for none. */
    long lastSequence() {
        return file.last();
    }

    /** The service lacks this batch: it and those behind it are to be sent again. */
    void resendFrom(long sequence) {
        file.acknowledgeThrough(sequence - 1);
    }

    /** Sends what is not acknowledged, oldest first, until all is or the service must be asked again later. */
    Reply<MetricReply> drain(Function<byte[], Reply<MetricReply>> send) {
        int rewinds = 0;
        for (SpoolFile.Entry next = file.oldest(); next != null; next = file.oldest()) {
            Reply<MetricReply> reply = send.apply(next.bytes());
            MetricReply body = reply.body();
            long stored;
            if (reply.ok() && body != null) {
                stored = body.acceptedThrough();
            } else if (reply.status() == Status.METRICS_REFUSED) {
                stored = reply.expectedSequence() - 1;
            } else {
                return reply;
            }
            file.acknowledgeThrough(stored);
            if (stored < next.sequence() && ++rewinds > REWINDS) {
                return Reply.of(Status.UNREACHABLE, "metric batch " + next.sequence() + " was not taken");
            }
        }
        return Reply.of(Status.OK, "");
    }

    @Override
    public void close() {
        file.close();
    }
}
