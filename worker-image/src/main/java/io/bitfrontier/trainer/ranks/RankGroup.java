package io.bitfrontier.trainer.ranks;

import io.bitfrontier.trainer.device.ComputeDevice;
import io.bitfrontier.trainer.train.Ranks;
import java.nio.file.Path;
import java.time.Duration;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.FileStore;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;

/**
 * Torch's process group of this machine: NCCL between GPUs, gloo over the loopback interface between processors. Ranks find each
 * other through a file, so that no port is opened to the outside.
 */
final class RankGroup implements Ranks, AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";

    private final int rank;
    private final int size;
    private final Store store;
    private final Backend backend;
    private final Pointer options;
    private boolean closed;

    /**
     * Waits until all ranks are there.
     *
     * @param file the same new file for all ranks
     * @param timeout for which any exchange waits for the slowest rank
     * @throws RuntimeException if they do not come in time
     */
    RankGroup(int rank, int size, Path file, ComputeDevice device, Duration timeout) {
        this.rank = rank;
        this.size = size;
        try (PointerScope scope = new PointerScope()) {
            Milliseconds longest = new Milliseconds(timeout.toMillis());
            store = new FileStore(file.toString(), size);
            store.setTimeout(longest);
            if (device.isCuda()) {
                ProcessGroupNCCL.Options nccl = ProcessGroupNCCL.Options.create();
                nccl.timeout(longest);
                options = nccl;
                backend = new ProcessGroupNCCL(store, rank, size, nccl);
            } else {
                ProcessGroupGloo.Options gloo = ProcessGroupGloo.Options.create(longest);
                gloo.threads(1);
                gloo.devices().push_back(ProcessGroupGloo.createDeviceForHostname(LOOPBACK));
                options = gloo;
                backend = new ProcessGroupGloo(store, rank, size, gloo);
            }
            store.retainReference();
            backend.retainReference();
            options.retainReference();
        }
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void sum(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            finish(backend.allreduce(new TensorVector(tensor)));
        }
    }

    @Override
    public void broadcast(Tensor tensor) {
        if (tensor.numel() == 0) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            finish(backend.broadcast(new TensorVector(tensor)));
        }
    }

    private static void finish(Work work) {
        if (!work._wait()) {
            throw new IllegalStateException("an exchange between ranks did not succeed");
        }
    }

    /** Ends an exchange that waits on another thread, where torch can: NCCL. Gloo notices a lost rank by itself. */
    synchronized void interrupt() {
        if (!closed && backend instanceof ProcessGroupNCCL nccl) {
            nccl.abort();
        }
    }

    synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public synchronized void close() {
        closed = true;
        backend.releaseReference();
        options.releaseReference();
        store.releaseReference();
    }
}
