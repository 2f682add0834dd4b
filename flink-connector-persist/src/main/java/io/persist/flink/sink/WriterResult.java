package io.persist.flink.sink;

import io.persist.codec.Bytes;
import io.persist.shard.WriterLine;

import java.util.List;
import java.util.UUID;

/**
 * What one writer hands over at one checkpoint. A capability to the batch's blobs: they are
 * appended at most once.
 *
 * @param batch transmittable; empty if the writer has no rows and only tells its lines
 * @param batchId unique to this batch
 * @param updates stored, after consolidation
 * @param bytes stored
 * @param lines that the writer goes on, told at its first barrier only
 */
record WriterResult(Bytes batch, UUID batchId, long updates, long bytes, List<WriterLine> lines) {
    WriterResult {
        lines = List.copyOf(lines);
    }

    static WriterResult ofLines(UUID id, List<WriterLine> lines) {
        return new WriterResult(Bytes.EMPTY, id, 0, 0, lines);
    }

    boolean hasBatch() {
        return batch.length() > 0;
    }
}
