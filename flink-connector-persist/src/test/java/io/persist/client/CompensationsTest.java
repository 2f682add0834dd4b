package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchConfig;
import io.persist.codec.Codecs;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;
import io.persist.state.ChainPosition;
import io.persist.state.ChainRefusal;
import io.persist.state.CommitOutcome;
import io.persist.state.RegisterOutcome;
import io.persist.store.StoreException;
import io.persist.store.mem.MemBlob;
import io.persist.store.mem.MemConsensus;
import io.persist.testing.CountingConsensus;
import io.persist.testing.Fate;
import io.persist.testing.FaultyConsensus;
import io.persist.testing.ManualTime;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts from a snapshot that the shard has left behind. */
class CompensationsTest {
    private static final long START_MILLIS = 1_800_000_000_000L;

    private final ManualTime time = new ManualTime(START_MILLIS);
    private final MemBlob blob = new MemBlob();
    private final CountingConsensus consensus = new CountingConsensus(new MemConsensus());

    /** After the commit that the snapshot knows. */
    private ChainPosition snapshot;

    private long keepUpTo;

    private SinkProcess process(long seed) throws Exception {
        return new SinkProcess(seed, blob, consensus, time);
    }

    /** The shard holds "a" at the snapshot, and then more. */
    private void appendBeyondTheSnapshot() throws Exception {
        try (SinkProcess first = process(1)) {
            snapshot = first.commit(first.register(null), "a");
            keepUpTo = first.upper() - 1;
            time.advance(10);
            ChainPosition ahead = first.commit(snapshot, "b", "b", "a");
            time.advance(10);
            first.commit(ahead, "c", "x".repeat(10_000));
            time.advance(10);
        }
    }

    private RegisterOutcome compensate(SinkProcess sink) throws Exception {
        return sink.register(snapshot, new OnRewind.Compensate(keepUpTo));
    }

    private static ChainPosition started(RegisterOutcome outcome) {
        assertThat(outcome).isInstanceOf(RegisterOutcome.Registered.class);
        return ((RegisterOutcome.Registered) outcome).start();
    }

    @Test
    void contentsAreThoseOfTheSnapshotAgainAndHistoryShowsBoth() throws Exception {
        appendBeyondTheSnapshot();
        try (SinkProcess sink = process(2)) {
            Map<String, Long> ahead = sink.contents();
            long aheadAt = sink.upper() - 1;
            assertThat(ahead).hasSize(4);
            ChainPosition start = started(compensate(sink));
            assertThat(start.generation()).isEqualTo(2);
            assertThat(sink.contents()).isEqualTo(Map.of("a", 1L));
            assertThat(sink.contents(aheadAt)).isEqualTo(ahead);
            sink.commit(start, "b");
            assertThat(sink.contents()).isEqualTo(Map.of("a", 1L, "b", 1L));
        }
    }

    @Test
    void undoingClosingAndRegisteringAreOneCompareAndSet() throws Exception {
        appendBeyondTheSnapshot();
        try (SinkProcess sink = process(2)) {
            sink.writer.ensureSchema();
            long before = consensus.compareAndSets();
            started(compensate(sink));
            // A hold on what is read, the one step, and the hold's end.
            assertThat(consensus.compareAndSets() - before).isEqualTo(3);
        }
    }

    @Test
    void overtakenStartIsFenced() throws Exception {
        appendBeyondTheSnapshot();
        try (SinkProcess sink = process(2);
                SinkProcess zombie = process(1)) {
            started(compensate(sink));
            CommitOutcome late =
                    zombie.chain.commit(
                            new SinkChain.Sealed(snapshot.at(4), List.of(zombie.stage("late"))),
                            SinkChain.Origin.LIVE);
            assertThat(late).isEqualTo(new ChainRefusal.Fenced(snapshot.at(4), 3, 2));
        }
    }

    @Test
    void metAgainItUndoesWhatCameSince() throws Exception {
        appendBeyondTheSnapshot();
        try (SinkProcess second = process(2)) {
            started(compensate(second));
        }
        time.advance(10);
        try (SinkProcess third = process(3)) {
            ChainPosition start = started(compensate(third));
            assertThat(third.contents()).isEqualTo(Map.of("a", 1L));
            third.commit(start, "d");
        }
        time.advance(10);
        try (SinkProcess fourth = process(4)) {
            started(compensate(fourth));
            assertThat(fourth.contents()).isEqualTo(Map.of("a", 1L));
        }
    }

    @Test
    void startThatIsNotBehindCompensatesNothing() throws Exception {
        try (SinkProcess first = process(1);
                SinkProcess second = process(2)) {
            snapshot = first.commit(first.register(null), "a");
            keepUpTo = 0;
            started(compensate(second));
            assertThat(second.contents()).isEqualTo(Map.of("a", 1L));
        }
    }

    private void assertRefused(SinkProcess sink, String... reasons) throws Exception {
        Map<String, Long> before = sink.contents();
        RegisterOutcome outcome = compensate(sink);
        assertThat(outcome).isInstanceOf(ChainRefusal.NotCompensable.class);
        assertThat(((ChainRefusal) outcome).message()).contains(reasons).contains("'orders'");
        assertThat(sink.contents()).isEqualTo(before);
    }

    @Test
    void refusedIfAnotherWriterHasAppendedSince() throws Exception {
        appendBeyondTheSnapshot();
        try (SinkProcess sink = process(2);
                WriteHandle<String, Unit> other =
                        sink.client.openWriter(
                                SinkProcess.SHARD, Codecs.STRING, Codecs.UNIT, "somebody")) {
            long upper = sink.upper();
            other.compareAndAppend(
                            List.of(new Update<>("theirs", Unit.UNIT, upper, 1)),
                            Antichain.of(upper),
                            Antichain.of(upper + 1))
                    .orThrow();
            assertRefused(sink, "'somebody'", "after that time");
            // Its entry is gone, but the log remembers.
            other.expire();
            assertRefused(sink, "has appended");
        }
    }

    @Test
    void anotherWritersEarlierAppendsDoNotMatter() throws Exception {
        try (SinkProcess sink = process(2);
                WriteHandle<String, Unit> other =
                        sink.client.openWriter(
                                SinkProcess.SHARD, Codecs.STRING, Codecs.UNIT, "somebody")) {
            other.compareAndAppend(
                            List.of(new Update<>("theirs", Unit.UNIT, 3, 1)),
                            Antichain.minimum(),
                            Antichain.of(4))
                    .orThrow();
            appendBeyondTheSnapshot();
            started(compensate(sink));
            assertThat(sink.contents()).isEqualTo(Map.of("a", 1L, "theirs", 1L));
        }
    }

    @Test
    void refusedIfTheTimeIsNoLongerToldApart() throws Exception {
        appendBeyondTheSnapshot();
        try (SinkProcess sink = process(2)) {
            long upper = sink.upper();
            ReadHandle<String, Unit> reader =
                    sink.client.openReader(
                            SinkProcess.SHARD, Codecs.STRING, Codecs.UNIT, "compactor");
            reader.downgradeSince(Antichain.of(upper - 1)).orThrow();
            assertRefused(sink, "since is [" + (upper - 1) + "]");
            reader.close();
        }
    }

    @Test
    void refusedIfTheTimeIsNotThatOfTheSnapshot() throws Exception {
        appendBeyondTheSnapshot();
        long right = keepUpTo;
        try (SinkProcess sink = process(2)) {
            keepUpTo = right - 1;
            assertRefused(sink, "commit 1 of generation 1", "which the snapshot knows");
            keepUpTo = right + 10;
            assertRefused(sink, "commit 2 of generation 1", "does not know");
            keepUpTo = sink.upper();
            assertRefused(sink, "nothing came after that time");
            keepUpTo = right + 5;
            started(compensate(sink));
            assertThat(sink.contents()).isEqualTo(Map.of("a", 1L));
        }
    }

    @Test
    void manyPartsAreUndoneInLittleMemory() throws Exception {
        BatchConfig parts =
                BatchConfig.builder()
                        .targetBytes(100_000)
                        .maxOutstandingParts(1)
                        .inlineSingleMaxBytes(0)
                        .build();
        try (SinkProcess first =
                new SinkProcess(1, blob, consensus, time, SinkProcess.config().batch(parts))) {
            snapshot = first.commit(first.register(null), "a");
            keepUpTo = first.upper() - 1;
            time.advance(10);
            List<String> rows = new ArrayList<>();
            for (int row = 0; row < 10_000; row++) {
                rows.add("row-" + row + "x".repeat(1000));
            }
            first.commit(snapshot, rows.toArray(String[]::new));
            time.advance(10);
        }
        PersistConfig.Builder little =
                SinkProcess.config().batch(parts).offHeapLimitBytes(8 << 20).ioThreads(1);
        try (SinkProcess sink = new SinkProcess(2, blob, consensus, time, little)) {
            started(compensate(sink));
        }
        try (SinkProcess reader = process(3)) {
            assertThat(reader.contents()).isEqualTo(Map.of("a", 1L));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void contentsAreThoseOfTheSnapshotOverABadNetwork(long seed) throws Exception {
        appendBeyondTheSnapshot();
        Fate fate = new Fate(seed, 4);
        for (int start = 0; start < 3; start++) {
            try (SinkProcess sink =
                    new SinkProcess(
                            10 * seed + start, blob, new FaultyConsensus(consensus, fate), time)) {
                started(compensate(sink));
            } catch (StoreException e) {
                start--; // as Flink would, try again
            }
        }
        fate.deliverAll();
        try (SinkProcess reader = process(99)) {
            assertThat(reader.contents()).isEqualTo(Map.of("a", 1L));
        }
    }

    @Test
    void appendGoesOnFromWhereTheShardIs() throws Exception {
        appendBeyondTheSnapshot();
        try (SinkProcess sink = process(2);
                SinkProcess again = process(3)) {
            Map<String, Long> before = sink.contents();
            assertThat(started(sink.register(snapshot, OnRewind.APPEND)).generation()).isEqualTo(2);
            assertThat(sink.contents()).isEqualTo(before);
            // The second start dies before its first commit and is replaced.
            ChainPosition start = started(again.register(snapshot, OnRewind.APPEND));
            assertThat(start.generation()).isEqualTo(3);
            again.commit(start, "b");
            assertThat(again.contents()).containsEntry("b", 3L);
        }
    }
}
