package io.persist.batch.build;

import org.apache.arrow.memory.BufferAllocator;

/**
 * The off-heap memory of one builder: a child allocator that is closed by its last holder. The
 * builder is one, and so is each task that is on its way, which may outlive the builder.
 */
final class BuilderMemory {
    private final BufferAllocator allocator;
    private final Shared holders;

    /** Creates the memory with one holder. */
    BuilderMemory(BufferAllocator parent, long limitBytes) {
        this.allocator = parent.newChildAllocator("batch builder", 0, limitBytes);
        this.holders = new Shared(allocator::close);
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
