package io.persist.batch.build;

import io.persist.batch.RunOrder;
import io.persist.batch.columns.Consolidation;
import io.persist.batch.columns.PartBuffer;
import io.persist.part.Updates;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/**
 * A part that is handed over piece by piece, each of which is encoded by a task of its own after
 * those before it. Closed by whoever holds it last, the producer or a task. Updates that take back
 * others cancel these within a piece, not beyond.
 */
final class PartInPieces {
    private final PartOutput output;
    private final BuilderMemory memory;
    private final RunOrder order;
    private final long targetBytes;
    private final Shared holders = new Shared(this::close);

    /** Made by the first piece that has updates; used by one task after the other. */
    private @Nullable OpenPart open;

    /** What became of the part if it is that small. */
    private @Nullable Written inline;

    /**
     * @param memory that the updates are allocated from
     * @param targetBytes of the whole part
     */
    PartInPieces(PartOutput output, BuilderMemory memory, RunOrder order, long targetBytes) {
        this.output = output;
        this.memory = memory;
        this.order = order;
        this.targetBytes = targetBytes;
    }

    /** Encodes {@code updates}, which it takes over, as the next piece but not the last one. */
    Pending.Work piece(Updates updates, PartsWriter.Content content) {
        return holders.heldBy(
                new Pending.Work() {
                    @Override
                    public Written run() {
                        use(updates, content, ready -> add(ready, expectedCount(ready)));
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
                        if (updates != null) {
                            use(updates, content, ready -> addLast(ready, index));
                        }
                        return finish(index);
                    }

                    @Override
                    public void discard() {
                        if (updates != null) {
                            updates.close();
                        }
                    }
                });
    }

    /** Lets go of the updates afterwards: uploading takes time. */
    private void use(Updates updates, PartsWriter.Content content, Consumer<Updates> step) {
        Updates ready = consolidated(updates, content);
        try {
            step.accept(ready);
        } finally {
            memory.spares().give(ready);
        }
    }

    private Updates consolidated(Updates updates, PartsWriter.Content content) {
        return content == PartsWriter.Content.RETRACTIONS
                ? Consolidation.consolidate(updates, memory.allocator())
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

    /** All updates at once may be few enough to go into metadata. */
    private void addLast(Updates updates, long index) {
        if (open == null) {
            inline = output.inline(updates, index);
        }
        if (inline == null) {
            add(updates, updates.count());
        }
    }

    private Written finish(long index) throws StoreException, InterruptedException {
        if (inline != null) {
            return inline;
        }
        return open == null ? Written.NOTHING : output.store(open, index, order);
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
