package io.bitfrontier.trainer.train;

import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.util.List;

/**
 * What {@code manifest.json} says; its SHA-256 names the checkpoint.
 *
 * @param format version of the directory's layout
 * @param fingerprint of the trajectory
 * @param trajectory the configuration that wrote it
 * @param progress where it stands
 * @param files every other file
 */
record CheckpointManifest(
        int format, String fingerprint, TrajectorySpec trajectory, Progress progress, List<FileEntry> files) {
    static final int FORMAT = 1;

    /** A file of the checkpoint. */
    record FileEntry(String name, long bytes, String sha256) {}
}
