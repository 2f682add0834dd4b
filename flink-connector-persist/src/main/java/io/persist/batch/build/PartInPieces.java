package io.persist.batch.build;

import io.persist.batch.RunOrder;
import io.persist.batch.columns.Consolidation;
import io.persist.batch.columns.PartBuffer;
import io.persist.part.Updates;
import io.persist.store.StoreException;

import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * A part that is handed over piece by piece, each of which is encoded by a task of its own after
 * those before it. Closed by whoever holds it last, the producer or a task. Updates that take back
 * others cancel these within a piece, not beyond.
 */
final class PartInPieces {
    private final PartOutput output;
    private final BufferAllocator allocator;
    private final RunOrder order;
    private final long targetBytes;
    private final Shared holders = new Shared(this::close);

    /** Made by the first piece that has updates; used by one task after the other. */
    private @Nullable OpenPart open;

    /**
     * @param allocator for updates that are consolidated
     * @param targetBytes of the whole part
     */
    PartInPieces(
            PartOutput output, BufferAllocator allocator, RunOrder order, long targetBytes) {
        this.output = output;
        this.allocator = allocator;
        this.order = order;
        this.targetBytes = targetBytes;
    }

    /** Encodes {@code updates}, which it takes over, as the next piece but not the last one. */
    Pending.Work piece(Updates updates, PartsWriter.Content content) {
        return holders.heldBy(
                new Pending.Work() {
                    @Override
                    public Written run() {
                        try (Updates ready = consolidated(updates, content)) {
                            add(ready, expectedCount(ready));
                        }
                        return Written.NOTHING;
                    }

                    @Override
                    public void discard() {
                        updates.close();
                    }
                });
    }

    /**
     * Encodes {@code updates}, which it takes over, as the last piece, and stores the part.
     *
     * @param updates null if all pieces are there
     */
    Pending.Work lastPiece(@Nullable Updates updates, PartsWriter.Content content, long index) {
        return holders.heldBy(
                new Pending.Work() {
                    @Override
                    public Written run() throws StoreException, InterruptedException {
                        if (updates == null) {
                            return finish(null, index);
                        }
                        try (Updates ready = consolidated(updates, content)) {
                            return finish(ready, index);
                        }
                    }

                    @Override
                    public void discard() {
                        if (updates != null) {
                            updates.close();
                        }
                    }
                });
    }

    private Updates consolidated(Updates updates, PartsWriter.Content content) {
        return content == PartsWriter.Content.RETRACTIONS
                ? Consolidation.consolidate(updates, allocator)
                : updates;
    }

    /** How many updates the part will have if all are as large as these. */
    private long expectedCount(Updates piece) {
        long bytes = Math.max(1, PartBuffer.payloadBytes(piece));
        return (long) ((double) piece.count() * Math.max(bytes, targetBytes) / bytes);
    }

    private void add(Updates updates, long expectedCount) {
        if (updates.count() == 0) {
            return;
        }
        OpenPart part = open == null ? output.open(updates, order) : open;
        open = part;
        part.add(updates, expectedCount);
    }

    private Written finish(@Nullable Updates last, long index)
            throws StoreException, InterruptedException {
        if (open == null) {
            return last == null ? Written.NOTHING : output.write(last, index, order);
        }
        if (last != null) {
            add(last, last.count());
        }
        return output.store(open, index, order);
    }

    /** No more pieces will come from the producer. */
    void release() {
        holders.release();
    }

    private void close() {
        if (open != null) {
            open.close();
            open = null;
        }
    }
}
