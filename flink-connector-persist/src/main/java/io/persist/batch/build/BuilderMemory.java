package io.persist.batch.build;

import io.persist.store.StoreException;

import org.apache.arrow.memory.BufferAllocator;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The off-heap memory of one builder: a child allocator that is closed by its last holder. The
 * builder is one, and so is each part that is on its way, which may outlive the builder.
 */
final class BuilderMemory {
    private final BufferAllocator allocator;
    private final AtomicInteger holders = new AtomicInteger(1);

    /** Creates the memory with one holder. */
    BuilderMemory(BufferAllocator parent, long limitBytes) {
        this.allocator = parent.newChildAllocator("batch builder", 0, limitBytes);
    }

    BufferAllocator allocator() {
        return allocator;
    }

    /** The same work, with this memory open until it has ended or is given up. */
    Pending.Work heldBy(Pending.Work work) {
        holders.incrementAndGet();
        return new Pending.Work() {
            @Override
            public Written run() throws StoreException, InterruptedException {
                try {
                    return work.run();
                } finally {
                    release();
                }
            }

            @Override
            public void discard() {
                try {
                    work.discard();
                } finally {
                    release();
                }
            }
        };
    }

    void release() {
        if (holders.decrementAndGet() == 0) {
            allocator.close();
        }
    }
}
