package io.persist.batch.merge;

import java.util.ArrayList;
import java.util.List;

/** Runs by their current update, the least at the head. A binary heap; one thread. */
final class RunHeap<K, V> implements AutoCloseable {
    private final List<RunReader<K, V>> owned = new ArrayList<>();
    private final List<RunReader<K, V>> runs = new ArrayList<>();

    /** Makes {@link #close} close {@code run}, be it in the heap or not. */
    void own(RunReader<K, V> run) {
        owned.add(run);
    }

    boolean isEmpty() {
        return runs.isEmpty();
    }

    RunReader<K, V> head() {
        return runs.get(0);
    }

    /** Adds a run that is at an update. */
    void push(RunReader<K, V> run) {
        runs.add(run);
        int at = runs.size() - 1;
        while (at > 0 && run.compare(runs.get((at - 1) / 2)) < 0) {
            runs.set(at, runs.get((at - 1) / 2));
            at = (at - 1) / 2;
        }
        runs.set(at, run);
    }

    /** The head is at a later update now. */
    void headMoved() {
        RunReader<K, V> moved = runs.get(0);
        int at = 0;
        while (true) {
            int child = 2 * at + 1;
            if (child >= runs.size()) {
                break;
            }
            if (child + 1 < runs.size() && runs.get(child + 1).compare(runs.get(child)) < 0) {
                child++;
            }
            if (moved.compare(runs.get(child)) <= 0) {
                break;
            }
            runs.set(at, runs.get(child));
            at = child;
        }
        runs.set(at, moved);
    }

    /** Removes the head, which has no more updates. */
    void pop() {
        RunReader<K, V> last = runs.remove(runs.size() - 1);
        if (!runs.isEmpty()) {
            runs.set(0, last);
            headMoved();
        }
    }

    @Override
    public void close() {
        owned.forEach(RunReader::close);
        owned.clear();
        runs.clear();
    }
}
