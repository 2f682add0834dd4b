package io.persist.batch.build;

import io.persist.batch.RunOrder;
import io.persist.batch.columns.Consolidation;
import io.persist.part.Updates;
import io.persist.store.StoreException;

import org.apache.arrow.memory.BufferAllocator;

/** Consolidates a part if needed, encodes and stores it. */
final class PartTask implements Pending.Work {
    private final PartOutput output;
    private final BufferAllocator allocator;
    private final Updates updates;
    private final PartsWriter.Content content;
    private final long index;
    private final RunOrder order;

    /** Takes {@code updates} over. */
    PartTask(
            PartOutput output,
            BufferAllocator allocator,
            Updates updates,
            PartsWriter.Content content,
            long index,
            RunOrder order) {
        this.output = output;
        this.allocator = allocator;
        this.updates = updates;
        this.content = content;
        this.index = index;
        this.order = order;
    }

    @Override
    public Written run() throws StoreException, InterruptedException {
        Updates ready = updates;
        if (content == PartsWriter.Content.RETRACTIONS) {
            ready = Consolidation.consolidate(updates, allocator);
        }
        try (Updates toStore = ready) {
            return output.write(toStore, index, order);
        }
    }

    @Override
    public void discard() {
        updates.close();
    }
}
