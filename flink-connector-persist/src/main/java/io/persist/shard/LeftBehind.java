package io.persist.shard;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Lines of writers after whose earlier incarnations is to be cleaned up, until that was done: a
 * task that does it may be dropped, or fail. Any thread.
 */
public final class LeftBehind {
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Set<WriterLine> lines = new LinkedHashSet<>();

    /** Only once nothing of earlier incarnations of {@code more} can be appended any more. */
    public void add(Collection<WriterLine> more) {
        synchronized (lock) {
            lines.addAll(more);
        }
    }

    public boolean isEmpty() {
        synchronized (lock) {
            return lines.isEmpty();
        }
    }

    List<WriterLine> lines() {
        synchronized (lock) {
            return List.copyOf(lines);
        }
    }

    void cleaned(Collection<WriterLine> done) {
        synchronized (lock) {
            lines.removeAll(done);
        }
    }
}
