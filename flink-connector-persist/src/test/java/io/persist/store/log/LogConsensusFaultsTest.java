package io.persist.store.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.codec.ShardId;
import io.persist.store.CasResult;
import io.persist.store.ConditionalObjects;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;
import io.persist.store.mem.MemObjects;
import io.persist.testing.CasCounter;
import io.persist.testing.Fate;
import io.persist.testing.FaultyObjects;
import io.persist.testing.SeededIds;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;

/** A bad network, late copies of old requests, and clients that stop for a long time. */
class LogConsensusFaultsTest {
    private static final ShardId SHARD = new ShardId(new UUID(1, 1));

    private final MemObjects objects = new MemObjects();
    private final SeededIds ids = new SeededIds(1);

    @Test
    void counterIsExactWhateverTheNetworkDoes() throws Exception {
        long inDoubt = 0;
        for (long seed = 0; seed < 150; seed++) {
            try {
                inDoubt += count(seed);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertThat(inDoubt).isGreaterThan(1000);
    }

    /** Five clients take turns by coin; each has its own network and its own memory. */
    private static long count(long seed) throws StoreException {
        MemObjects store = new MemObjects();
        Random turns = new Random(seed);
        List<Fate> fates = new ArrayList<>();
        List<CasCounter> counters = new ArrayList<>();
        TreeMap<String, Long> expected = new TreeMap<>();
        for (int i = 0; i < 5; i++) {
            Fate fate = new Fate(seed * 5 + i, 4 + i * 3);
            fates.add(fate);
            LogConsensus consensus =
                    new LogConsensus(
                            new FaultyObjects(store, fate),
                            new SeededIds(seed * 5 + i + 1_000_000));
            counters.add(new CasCounter(consensus, SHARD, "client" + i));
        }
        for (int turn = 0; turn < 100; turn++) {
            // Mostly the first ones: the others fall behind and come back.
            int client = turns.nextInt(1 + turns.nextInt(5));
            if (turns.nextInt(8) == 0) {
                counters.get(client).truncate();
            } else {
                counters.get(client).increment();
                expected.merge("client" + client, 1L, Long::sum);
            }
        }
        fates.forEach(Fate::deliverAll);
        LogConsensus reader = new LogConsensus(store, new SeededIds(7));
        assertThat(CasCounter.read(reader, SHARD)).isEqualTo(expected);
        List<Versioned> entries = reader.scan(SHARD, new SeqNo(0), Integer.MAX_VALUE);
        assertThat(entries.get(entries.size() - 1)).isEqualTo(reader.head(SHARD).orElseThrow());
        return counters.stream().mapToLong(CasCounter::indeterminate).sum();
    }

    @Test
    void writerThatStoodStillDoesNotBelieveInItsGhost() throws StoreException {
        PausingObjects pausing = new PausingObjects();
        LogConsensus paused = new LogConsensus(pausing, ids);
        LogConsensus other = new LogConsensus(objects, ids);
        fill(other, 0, 6);
        assertThat(paused.head(SHARD)).contains(entry(5, "other"));

        pausing.before(
                "create " + log(6),
                () -> {
                    fill(other, 6, 101);
                    other.truncate(SHARD, new SeqNo(95));
                });
        assertThatThrownBy(() -> paused.compareAndSet(SHARD, new SeqNo(5), entry(6, "paused")))
                .isInstanceOf(StoreException.Indeterminate.class)
                .hasMessageContainingAll("/log/00000000000000000006", "truncated beyond it");

        assertThat(objects.get(log(6))).as("ghost").isEmpty();
        assertThat(paused.head(SHARD)).contains(entry(100, "other"));
        assertThat(paused.compareAndSet(SHARD, new SeqNo(100), entry(101, "paused")))
                .isEqualTo(CasResult.COMMITTED);
        assertThat(other.head(SHARD)).contains(entry(101, "paused"));
    }

    @Test
    void readerDoesNotFollowAGhost() throws StoreException {
        LogConsensus other = new LogConsensus(objects, ids);
        fill(other, 0, 6);
        LogConsensus header = new LogConsensus(objects, ids);
        LogConsensus scanner = new LogConsensus(objects, ids);
        LogConsensus writer = new LogConsensus(objects, ids);
        for (LogConsensus client : List.of(header, scanner, writer)) {
            assertThat(client.head(SHARD)).contains(entry(5, "other"));
        }
        Bytes lateCopy = new LogEntry(LogEntry.Kind.ENTRY, ids.get(), Bytes.utf8("ghost")).encode();
        fill(other, 6, 101);
        other.truncate(SHARD, new SeqNo(95));
        assertThat(objects.createIfAbsent(log(6), lateCopy)).isTrue();

        assertThat(header.head(SHARD)).contains(entry(100, "other"));
        assertThat(scanner.scan(SHARD, new SeqNo(5), 3))
                .containsExactly(entry(95, "other"), entry(96, "other"), entry(97, "other"));
        assertThatThrownBy(() -> writer.compareAndSet(SHARD, new SeqNo(5), entry(6, "writer")))
                .isInstanceOf(StoreException.Indeterminate.class);
        assertThat(writer.head(SHARD)).contains(entry(100, "other"));
        other.truncate(SHARD, new SeqNo(96));
        assertThat(objects.get(log(6))).as("ghost, after the next truncation").isEmpty();
    }

    @Test
    void appendThatOthersFollowedAndTruncatedIsNotDenied() throws StoreException {
        PausingObjects pausing = new PausingObjects();
        LogConsensus paused = new LogConsensus(pausing, ids);
        LogConsensus other = new LogConsensus(objects, ids);
        fill(other, 0, 3);
        assertThat(paused.head(SHARD)).contains(entry(2, "other"));
        pausing.before(
                "get " + floor(1),
                () -> {
                    assertThat(other.head(SHARD)).contains(entry(3, "paused"));
                    fill(other, 4, 9);
                    other.truncate(SHARD, new SeqNo(8));
                });
        // It was in the log, but the paused client has no way to know: a mismatch would be a lie.
        assertThatThrownBy(() -> paused.compareAndSet(SHARD, new SeqNo(2), entry(3, "paused")))
                .isInstanceOf(StoreException.Indeterminate.class);
        assertThat(paused.head(SHARD)).contains(entry(8, "other"));
    }

    @Test
    void truncaterThatStoodStillDoesNotLowerTheFloor() throws StoreException {
        PausingObjects pausing = new PausingObjects();
        LogConsensus paused = new LogConsensus(pausing, ids);
        LogConsensus other = new LogConsensus(objects, ids);
        fill(other, 0, 6);
        assertThat(paused.head(SHARD)).isPresent();
        pausing.before(
                "create " + floor(1),
                () -> {
                    fill(other, 6, 101);
                    other.truncate(SHARD, new SeqNo(95));
                });
        paused.truncate(SHARD, new SeqNo(4));
        assertThat(objects.list(SHARD + "/floor/")).hasSize(1);
        assertThat(paused.scan(SHARD, new SeqNo(0), 1)).containsExactly(entry(95, "other"));
    }

    @Test
    void ownEntryBehindALostReplyIsRecognised() throws StoreException {
        Resending resending = new Resending();
        LogConsensus consensus = new LogConsensus(resending, ids);
        assertThat(consensus.compareAndSet(SHARD, null, entry(0, "mine")))
                .isEqualTo(CasResult.COMMITTED);
        assertThat(consensus.head(SHARD)).contains(entry(0, "mine"));
    }

    private static void fill(LogConsensus consensus, int from, int to) throws StoreException {
        for (int i = from; i < to; i++) {
            assertThat(
                            consensus.compareAndSet(
                                    SHARD, i == 0 ? null : new SeqNo(i - 1L), entry(i, "other")))
                    .isEqualTo(CasResult.COMMITTED);
        }
    }

    private static Versioned entry(long seqno, String by) {
        return new Versioned(new SeqNo(seqno), Bytes.utf8(by + " " + seqno));
    }

    private static String log(long seqno) {
        return SHARD + "/log/0000000000000000000" + seqno;
    }

    private static String floor(long number) {
        return SHARD + "/floor/0000000000000000000" + number;
    }

    private interface Interlude {
        void run() throws StoreException;
    }

    /** Lets others act before one request is sent: its client stands still for so long. */
    private final class PausingObjects implements ConditionalObjects {
        private String pausedRequest = "";
        private Interlude interlude = () -> {};

        void before(String request, Interlude others) {
            pausedRequest = request;
            interlude = others;
        }

        @Override
        public boolean createIfAbsent(String key, Bytes value) throws StoreException {
            pause("create " + key);
            return objects.createIfAbsent(key, value);
        }

        @Override
        public Optional<Bytes> get(String key) throws StoreException {
            pause("get " + key);
            return objects.get(key);
        }

        @Override
        public void delete(String key) {
            objects.delete(key);
        }

        @Override
        public List<String> list(String folder) {
            return objects.list(folder);
        }

        @Override
        public void close() {}

        private void pause(String request) throws StoreException {
            if (request.equals(pausedRequest)) {
                pausedRequest = "";
                interlude.run();
            }
        }
    }

    /** Sends every create twice and tells the answer to the second. */
    private final class Resending implements ConditionalObjects {
        @Override
        public boolean createIfAbsent(String key, Bytes value) {
            objects.createIfAbsent(key, value);
            return objects.createIfAbsent(key, value);
        }

        @Override
        public Optional<Bytes> get(String key) {
            return objects.get(key);
        }

        @Override
        public void delete(String key) {
            objects.delete(key);
        }

        @Override
        public List<String> list(String folder) {
            return objects.list(folder);
        }

        @Override
        public void close() {}
    }
}
