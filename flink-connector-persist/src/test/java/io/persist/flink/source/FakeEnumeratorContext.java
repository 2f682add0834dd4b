package io.persist.flink.source;

import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.metrics.groups.SplitEnumeratorMetricGroup;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;

/** Records what an enumerator hands out; asynchronous calls run when the test says so. */
final class FakeEnumeratorContext implements SplitEnumeratorContext<SnapshotSplit> {
    private final Map<Integer, ReaderInfo> readers = new HashMap<>();
    private final ArrayDeque<Runnable> calls = new ArrayDeque<>();
    private final List<Runnable> periodic = new ArrayList<>();
    final Map<Integer, List<SnapshotSplit>> assigned = new HashMap<>();
    final Set<Integer> finished = new HashSet<>();

    FakeEnumeratorContext(int parallelism) {
        for (int i = 0; i < parallelism; i++) {
            readers.put(i, new ReaderInfo(i, "localhost"));
        }
    }

    void lose(int reader) {
        readers.remove(reader);
        finished.remove(reader);
    }

    void register(int reader) {
        readers.put(reader, new ReaderInfo(reader, "localhost"));
    }

    void runCalls() {
        while (!calls.isEmpty()) {
            calls.remove().run();
        }
    }

    void runPeriodicCalls() {
        periodic.forEach(Runnable::run);
    }

    @Override
    public <T> void callAsync(Callable<T> callable, BiConsumer<T, Throwable> handler) {
        calls.add(() -> call(callable, handler));
    }

    @Override
    public <T> void callAsync(
            Callable<T> callable, BiConsumer<T, Throwable> handler, long delay, long period) {
        periodic.add(() -> call(callable, handler));
    }

    private static <T> void call(Callable<T> callable, BiConsumer<T, Throwable> handler) {
        T result;
        try {
            result = callable.call();
        } catch (Throwable failure) {
            handler.accept(null, failure);
            return;
        }
        handler.accept(result, null);
    }

    @Override
    public int currentParallelism() {
        return 2;
    }

    @Override
    public Map<Integer, ReaderInfo> registeredReaders() {
        return readers;
    }

    @Override
    public void assignSplits(SplitsAssignment<SnapshotSplit> assignment) {
        assignment
                .assignment()
                .forEach(
                        (reader, splits) ->
                                assigned.computeIfAbsent(reader, r -> new ArrayList<>())
                                        .addAll(splits));
    }

    @Override
    public void signalNoMoreSplits(int reader) {
        finished.add(reader);
    }

    @Override
    public void runInCoordinatorThread(Runnable runnable) {
        runnable.run();
    }

    @Override
    public void sendEventToSourceReader(int reader, SourceEvent event) {
        throw new AssertionError("unexpected " + event);
    }

    @Override
    public SplitEnumeratorMetricGroup metricGroup() {
        throw new AssertionError("unexpected");
    }
}
