package io.bitfrontier.trainer.report;

import io.bitfrontier.trainer.report.Reply.Status;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.LogChunk;
import java.nio.file.Path;
import java.util.function.Function;

/** Lines of the attempt's log on their way to the service, in numbered chunks. A chunk that is refused is dropped. */
final class LogSpool implements AutoCloseable {
    static final int CHUNK_CHARACTERS = 32_768;

    private final SpoolFile file;
    private final Function<Object, byte[]> encode;
    private final StringBuilder pending = new StringBuilder();

    LogSpool(Path path, Function<Object, byte[]> encode) {
        this.file = new SpoolFile(path);
        this.encode = encode;
    }

    synchronized void add(String line) {
        int room = CHUNK_CHARACTERS - 1;
        pending.append(line, 0, Math.min(line.length(), room)).append('\n');
        if (pending.length() >= CHUNK_CHARACTERS / 2) {
            cut();
        }
    }

    /** Makes a chunk of the lines collected so far, if there are any. */
    synchronized void cut() {
        if (pending.isEmpty()) {
            return;
        }
        String text = pending.toString();
        file.append(sequence -> encode.apply(new LogChunk(sequence, text)));
        pending.setLength(0);
    }

    /** Sends what waits on disk, oldest first; OK when nothing waits any more. */
    Reply<Void> drain(Function<byte[], Reply<Void>> send) {
        for (SpoolFile.Entry next = file.oldest(); next != null; next = file.oldest()) {
            Reply<Void> reply = send.apply(next.bytes());
            if (!reply.ok() && reply.status() != Status.REFUSED) {
                return reply;
            }
            file.acknowledgeThrough(next.sequence());
        }
        return Reply.of(Status.OK, "");
    }

    @Override
    public void close() {
        file.close();
    }
}
