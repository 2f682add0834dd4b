package io.persist.batch.build;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchSchema;
import io.persist.batch.columns.SpareColumns;

import org.apache.arrow.memory.BufferAllocator;

/**
 * The off-heap memory of one builder: a child allocator, with columns that are used again, closed
 * by its last holder. The builder is one, and so is each task that is on its way, which may outlive
 * the builder.
 */
final class BuilderMemory {
    /** Every column takes some kibibytes, however few its rows are. */
    private static final long MIN_SPARE_BYTES = 1 << 20;

    private final BufferAllocator allocator;
    private final SpareColumns spares;
    private final Shared holders = new Shared(this::close);

    /**
     * Creates the memory with one holder.
     *
     * @param schema of the columns that are used again
     */
    BuilderMemory(BufferAllocator parent, BatchConfig config, BatchSchema<?, ?> schema) {
        this.allocator = parent.newChildAllocator("batch builder", 0, config.memoryLimitBytes());
        // Payload, offsets and validity, in buffers that are up to twice as large.
        this.spares =
                new SpareColumns(
                        schema.keys(),
                        schema.vals(),
                        allocator,
                        MIN_SPARE_BYTES + 4L * config.pieceBytes());
    }

    SpareColumns spares() {
        return spares;
    }

    private void close() {
        spares.close();
        allocator.close();
    }

    BufferAllocator allocator() {
        return allocator;
    }

    /** The same work, with this memory open until it has ended or is given up. */
    Pending.Work heldBy(Pending.Work work) {
        return holders.heldBy(work);
    }

    void release() {
        holders.release();
    }
}
