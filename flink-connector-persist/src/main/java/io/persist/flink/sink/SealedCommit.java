package io.persist.flink.sink;

import io.persist.codec.Bytes;
import io.persist.shard.WriterLine;
import io.persist.state.ChainPosition;

import java.util.List;

/**
 * Everything that is appended at one checkpoint, and which commit of which epoch it is.
 *
 * @param batches transmittable; none if nothing was written
 * @param lines of the writers, those told since the last commit
 * @param watermark of the stream when it was sealed
 * @param jobId for people: it changes on restore
 * @param checkpointId under which it was sealed; for people and for telling restored commits
 * @param last whether the input has ended, so that no commit of the epoch follows
 */
record SealedCommit(
        ChainPosition position,
        List<Bytes> batches,
        List<WriterLine> lines,
        long updates,
        long bytes,
        long watermark,
        String jobId,
        long checkpointId,
        boolean last) {
    SealedCommit {
        batches = List.copyOf(batches);
        lines = List.copyOf(lines);
    }
}
