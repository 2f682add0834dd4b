package io.persist.flink.sink;

import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Emits what a {@link Feed} allows, each lane in one subtask: lane n in subtask n modulo the
 * parallelism, until a restore hands lanes out anew.
 */
record LaneSource(String lab, String feed, Boundedness boundedness)
        implements Source<String, LaneSource.Lane, List<LaneSource.Lane>> {
    private static final long serialVersionUID = 1L;

    /** A lane and the number of its next row. */
    record Lane(int number, int position) implements SourceSplit {
        @Override
        public String splitId() {
            return Integer.toString(number);
        }
    }

    /**
     * What a source may emit: in each lane rows numbered from 0, as far as the test allows. A lane
     * never forgets its rows, so a restored job gets the same ones again. Any thread.
     */
    static final class Feed {
        private final String name;
        private final int padding;
        private final int[] allowed;
        private final boolean[] ended;
        private CompletableFuture<Void> changed = new CompletableFuture<>();

        /** Whether there is another row in a lane. */
        enum Next {
            ROW,
            NOT_YET,
            NEVER
        }

        /**
         * @param padding characters that make rows longer
         */
        Feed(String name, int lanes, int padding) {
            this.name = name;
            this.padding = padding;
            this.allowed = new int[lanes];
            this.ended = new boolean[lanes];
        }

        String row(int lane, int number) {
            return "%s-%d-%06d%s".formatted(name, lane, number, "x".repeat(padding));
        }

        String name() {
            return name;
        }

        int lanes() {
            return allowed.length;
        }

        synchronized int allowed(int lane) {
            return allowed[lane];
        }

        /** Rows with numbers below {@code count} may be emitted. */
        void allow(int lane, int count) {
            CompletableFuture<Void> before;
            synchronized (this) {
                allowed[lane] = count;
                before = changed;
                changed = new CompletableFuture<>();
            }
            before.complete(null);
        }

        void allowAll(int count) {
            for (int lane = 0; lane < allowed.length; lane++) {
                allow(lane, count);
            }
        }

        /** Nothing comes after the rows that are allowed by now. */
        void end(int lane) {
            CompletableFuture<Void> before;
            synchronized (this) {
                ended[lane] = true;
                before = changed;
                changed = new CompletableFuture<>();
            }
            before.complete(null);
        }

        void endAll() {
            for (int lane = 0; lane < allowed.length; lane++) {
                end(lane);
            }
        }

        synchronized Next next(int lane, int position) {
            if (position < allowed[lane]) {
                return Next.ROW;
            }
            return ended[lane] ? Next.NEVER : Next.NOT_YET;
        }

        /** Completes when something is allowed or ended. */
        synchronized CompletableFuture<Void> changed() {
            return changed;
        }

        /** Every row allowed so far, once. */
        Map<String, Long> rows() {
            return rows(0);
        }

        /** The same from a number on. */
        synchronized Map<String, Long> rows(int first) {
            Map<String, Long> rows = new TreeMap<>();
            for (int lane = 0; lane < allowed.length; lane++) {
                for (int number = first; number < allowed[lane]; number++) {
                    rows.put(row(lane, number), 1L);
                }
            }
            return rows;
        }

        /** Without padding. */
        static Map<String, Long> brief(Map<String, Long> rows) {
            Map<String, Long> brief = new TreeMap<>();
            rows.forEach((row, copies) -> brief.put(row.replaceFirst("x+$", ""), copies));
            return brief;
        }

        @Override
        public synchronized String toString() {
            return name + Arrays.toString(allowed);
        }
    }

    private Feed openFeed() {
        return SinkLab.of(lab).feed(feed);
    }

    @Override
    public Boundedness getBoundedness() {
        return boundedness;
    }

    @Override
    public SplitEnumerator<Lane, List<Lane>> createEnumerator(
            SplitEnumeratorContext<Lane> context) {
        List<Lane> lanes = new ArrayList<>();
        for (int lane = 0; lane < openFeed().lanes(); lane++) {
            lanes.add(new Lane(lane, 0));
        }
        return new Enumerator(context, lanes);
    }

    @Override
    public SplitEnumerator<Lane, List<Lane>> restoreEnumerator(
            SplitEnumeratorContext<Lane> context, List<Lane> unassigned) {
        return new Enumerator(context, unassigned);
    }

    @Override
    public SourceReader<String, Lane> createReader(SourceReaderContext context) {
        return new Reader(openFeed());
    }

    @Override
    public SimpleVersionedSerializer<Lane> getSplitSerializer() {
        return new LaneSerializer();
    }

    @Override
    public SimpleVersionedSerializer<List<Lane>> getEnumeratorCheckpointSerializer() {
        return new LanesSerializer();
    }

    private static final class Enumerator implements SplitEnumerator<Lane, List<Lane>> {
        private final SplitEnumeratorContext<Lane> context;
        private final List<Lane> unassigned;

        Enumerator(SplitEnumeratorContext<Lane> context, List<Lane> unassigned) {
            this.context = context;
            this.unassigned = new ArrayList<>(unassigned);
        }

        @Override
        public void start() {}

        @Override
        public void handleSplitRequest(int subtask, @Nullable String host) {}

        @Override
        public void addSplitsBack(List<Lane> lanes, int subtask) {
            unassigned.addAll(lanes);
            if (context.registeredReaders().containsKey(subtask)) {
                addReader(subtask);
            }
        }

        @Override
        public void addReader(int subtask) {
            for (Lane lane : List.copyOf(unassigned)) {
                if (lane.number % context.currentParallelism() == subtask) {
                    unassigned.remove(lane);
                    context.assignSplit(lane, subtask);
                }
            }
            context.signalNoMoreSplits(subtask);
        }

        @Override
        public List<Lane> snapshotState(long checkpointId) {
            return List.copyOf(unassigned);
        }

        @Override
        public void close() {}
    }

    private static final class Reader implements SourceReader<String, Lane> {
        private final Feed feed;
        private final Map<Integer, Integer> positions = new TreeMap<>();
        private boolean complete;
        private CompletableFuture<Void> told = new CompletableFuture<>();

        Reader(Feed feed) {
            this.feed = feed;
        }

        @Override
        public void start() {}

        @Override
        public InputStatus pollNext(ReaderOutput<String> output) {
            boolean more = !complete;
            for (Map.Entry<Integer, Integer> lane : positions.entrySet()) {
                Feed.Next next = feed.next(lane.getKey(), lane.getValue());
                if (next == Feed.Next.ROW) {
                    output.collect(feed.row(lane.getKey(), lane.getValue()));
                    lane.setValue(lane.getValue() + 1);
                    return InputStatus.MORE_AVAILABLE;
                }
                more |= next == Feed.Next.NOT_YET;
            }
            return more ? InputStatus.NOTHING_AVAILABLE : InputStatus.END_OF_INPUT;
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            CompletableFuture<Void> changed = feed.changed();
            boolean waits = !complete;
            for (Map.Entry<Integer, Integer> lane : positions.entrySet()) {
                Feed.Next next = feed.next(lane.getKey(), lane.getValue());
                if (next == Feed.Next.ROW) {
                    return CompletableFuture.completedFuture(null);
                }
                waits |= next == Feed.Next.NOT_YET;
            }
            if (!waits) {
                return CompletableFuture.completedFuture(null);
            }
            return CompletableFuture.anyOf(changed, told).thenAccept(any -> {});
        }

        @Override
        public List<Lane> snapshotState(long checkpointId) {
            List<Lane> lanes = new ArrayList<>();
            positions.forEach((lane, position) -> lanes.add(new Lane(lane, position)));
            return lanes;
        }

        @Override
        public void addSplits(List<Lane> lanes) {
            lanes.forEach(lane -> positions.put(lane.number, lane.position));
            tell();
        }

        @Override
        public void notifyNoMoreSplits() {
            complete = true;
            tell();
        }

        private void tell() {
            CompletableFuture<Void> before = told;
            told = new CompletableFuture<>();
            before.complete(null);
        }

        @Override
        public void close() {}
    }

    private static final class LaneSerializer implements SimpleVersionedSerializer<Lane> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(Lane lane) throws IOException {
            DataOutputSerializer out = new DataOutputSerializer(8);
            out.writeInt(lane.number);
            out.writeInt(lane.position);
            return out.getCopyOfBuffer();
        }

        @Override
        public Lane deserialize(int version, byte[] bytes) throws IOException {
            DataInputDeserializer in = new DataInputDeserializer(bytes);
            return new Lane(in.readInt(), in.readInt());
        }
    }

    private static final class LanesSerializer implements SimpleVersionedSerializer<List<Lane>> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(List<Lane> lanes) throws IOException {
            DataOutputSerializer out = new DataOutputSerializer(8);
            out.writeInt(lanes.size());
            for (Lane lane : lanes) {
                out.writeInt(lane.number);
                out.writeInt(lane.position);
            }
            return out.getCopyOfBuffer();
        }

        @Override
        public List<Lane> deserialize(int version, byte[] bytes) throws IOException {
            DataInputDeserializer in = new DataInputDeserializer(bytes);
            List<Lane> lanes = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                lanes.add(new Lane(in.readInt(), in.readInt()));
            }
            return lanes;
        }
    }
}
