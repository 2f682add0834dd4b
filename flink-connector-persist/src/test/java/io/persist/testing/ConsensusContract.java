package io.persist.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.codec.ShardId;
import io.persist.store.CasResult;
import io.persist.store.Consensus;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/** What every consensus keeps. */
public abstract class ConsensusContract {
    protected static final ShardId SHARD = new ShardId(new UUID(1, 1));
    private static final ShardId OTHER = new ShardId(new UUID(1, 2));

    /** Another client of the one store of this test. */
    protected abstract Consensus client() throws StoreException;

    /** Appends per writer in races; fewer where an append is slow. */
    protected int appendsPerWriter() {
        return 50;
    }

    @Test
    void emptyLogHasNothing() throws StoreException {
        Consensus consensus = client();
        assertThat(consensus.head(SHARD)).isEmpty();
        assertThat(consensus.scan(SHARD, new SeqNo(0), 10)).isEmpty();
        assertThat(consensus.listShards()).isEmpty();
        assertThatThrownBy(() -> consensus.truncate(SHARD, new SeqNo(0)))
                .isInstanceOf(StoreException.Determinate.class)
                .hasMessageContainingAll(SHARD.toString(), "no log");
    }

    @Test
    void committedEntriesAreSeenByEveryClient() throws StoreException {
        Consensus writer = client();
        fill(writer, SHARD, 5);
        for (Consensus reader : List.of(writer, client())) {
            assertThat(reader.head(SHARD)).contains(entry(4));
            assertThat(reader.scan(SHARD, new SeqNo(0), 100)).isEqualTo(entries(0, 5));
        }
    }

    @Test
    void oldClientSeesWhatNewOneCommits() throws StoreException {
        Consensus old = client();
        Consensus writer = client();
        fill(writer, SHARD, 1);
        assertThat(old.head(SHARD)).contains(entry(0));
        for (int i = 1; i < 40; i++) {
            assertThat(cas(writer, i - 1L, i)).isEqualTo(CasResult.COMMITTED);
            if (i % 13 == 0) {
                assertThat(old.head(SHARD)).contains(entry(i));
            }
        }
        assertThat(old.scan(SHARD, new SeqNo(35), 100)).isEqualTo(entries(35, 40));
        assertThat(cas(old, 39L, 40)).isEqualTo(CasResult.COMMITTED);
        assertThat(cas(writer, 39L, 40)).isEqualTo(CasResult.MISMATCH);
    }

    @Test
    void wrongExpectationIsMismatchAndWritesNothing() throws StoreException {
        Consensus consensus = client();
        assertThat(cas(client(), 0L, 1)).isEqualTo(CasResult.MISMATCH);
        fill(consensus, SHARD, 3);
        for (Consensus client : List.of(consensus, client())) {
            assertThat(cas(client, null, 0)).isEqualTo(CasResult.MISMATCH);
            assertThat(cas(client, 1L, 2)).isEqualTo(CasResult.MISMATCH);
            assertThat(cas(client, 3L, 4)).isEqualTo(CasResult.MISMATCH);
            assertThat(cas(client, 7L, 8)).isEqualTo(CasResult.MISMATCH);
        }
        assertThat(client().scan(SHARD, new SeqNo(0), 100)).isEqualTo(entries(0, 3));
    }

    @Test
    void entryThatDoesNotFollowIsRefused() throws StoreException {
        Consensus consensus = client();
        fill(consensus, SHARD, 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cas(consensus, 1L, 3))
                .withMessageContainingAll(SHARD.toString(), "v3", "after v1", "only v2");
        assertThatIllegalArgumentException().isThrownBy(() -> cas(consensus, 1L, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> cas(consensus, null, 1));
    }

    @Test
    void scanGivesTheLowestUpToItsLimit() throws StoreException {
        Consensus consensus = client();
        fill(consensus, SHARD, 10);
        assertThat(consensus.scan(SHARD, new SeqNo(3), 4)).isEqualTo(entries(3, 7));
        assertThat(consensus.scan(SHARD, new SeqNo(8), 2)).isEqualTo(entries(8, 10));
        assertThat(consensus.scan(SHARD, new SeqNo(8), 0)).isEmpty();
        assertThat(consensus.scan(SHARD, new SeqNo(10), 5)).isEmpty();
        assertThat(consensus.scan(SHARD, new SeqNo(999), 5)).isEmpty();
        assertThat(consensus.scan(SHARD, new SeqNo(0), Integer.MAX_VALUE))
                .isEqualTo(entries(0, 10));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> consensus.scan(SHARD, new SeqNo(0), -1));
    }

    @Test
    void truncateRemovesWhatIsBelow() throws StoreException {
        Consensus consensus = client();
        Consensus witness = client();
        fill(consensus, SHARD, 10);
        assertThat(witness.head(SHARD)).contains(entry(9));
        consensus.truncate(SHARD, new SeqNo(4));
        for (Consensus client : List.of(consensus, witness, client())) {
            assertThat(client.scan(SHARD, new SeqNo(0), 100)).isEqualTo(entries(4, 10));
            assertThat(client.scan(SHARD, new SeqNo(0), 2)).isEqualTo(entries(4, 6));
            assertThat(client.scan(SHARD, new SeqNo(6), 2)).isEqualTo(entries(6, 8));
            assertThat(client.head(SHARD)).contains(entry(9));
        }
        consensus.truncate(SHARD, new SeqNo(4));
        consensus.truncate(SHARD, new SeqNo(2));
        witness.truncate(SHARD, new SeqNo(0));
        assertThat(client().scan(SHARD, new SeqNo(0), 100)).isEqualTo(entries(4, 10));
    }

    @Test
    void newestEntryIsNeverTruncated() throws StoreException {
        Consensus consensus = client();
        fill(consensus, SHARD, 3);
        for (Consensus client : List.of(consensus, client())) {
            assertThatThrownBy(() -> client.truncate(SHARD, new SeqNo(3)))
                    .isInstanceOf(StoreException.Determinate.class)
                    .hasMessageContainingAll(SHARD.toString(), "v3", "v2");
        }
        consensus.truncate(SHARD, new SeqNo(2));
        assertThat(client().scan(SHARD, new SeqNo(0), 100)).isEqualTo(entries(2, 3));
        assertThat(cas(client(), null, 0)).isEqualTo(CasResult.MISMATCH);
        assertThat(cas(client(), 1L, 2)).isEqualTo(CasResult.MISMATCH);
        assertThat(cas(client(), 2L, 3)).isEqualTo(CasResult.COMMITTED);
        assertThat(cas(consensus, 3L, 4)).isEqualTo(CasResult.COMMITTED);
        assertThat(client().scan(SHARD, new SeqNo(0), 100)).isEqualTo(entries(2, 5));
    }

    @Test
    void dataOfAnySizeComesBack() throws StoreException {
        Consensus consensus = client();
        byte[] large = new byte[300_000];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) (i * 31);
        }
        List<Bytes> values = List.of(Bytes.EMPTY, Bytes.copyOf(large), Bytes.fromHex("00"));
        for (int i = 0; i < values.size(); i++) {
            SeqNo expected = i == 0 ? null : new SeqNo(i - 1L);
            Versioned next = new Versioned(new SeqNo(i), values.get(i));
            assertThat(consensus.compareAndSet(SHARD, expected, next))
                    .isEqualTo(CasResult.COMMITTED);
        }
        assertThat(client().scan(SHARD, new SeqNo(0), 9).stream().map(Versioned::data))
                .isEqualTo(values);
    }

    @Test
    void shardsAreApart() throws StoreException {
        Consensus consensus = client();
        fill(consensus, OTHER, 2);
        assertThat(consensus.head(SHARD)).isEmpty();
        fill(consensus, SHARD, 7);
        consensus.truncate(SHARD, new SeqNo(6));
        assertThat(client().scan(OTHER, new SeqNo(0), 10)).isEqualTo(entries(0, 2));
        assertThat(client().listShards()).isEqualTo(List.of(SHARD, OTHER));
    }

    @Test
    void importedLogBeginsAnywhere() throws StoreException {
        Consensus before = client();
        assertThat(before.head(SHARD)).isEmpty();
        assertThat(client().importLog(SHARD, entries(142, 149))).isEqualTo(CasResult.COMMITTED);
        for (Consensus client : List.of(before, client())) {
            assertThat(client.head(SHARD)).contains(entry(148));
            assertThat(client.scan(SHARD, new SeqNo(0), 100)).isEqualTo(entries(142, 149));
        }
        assertThat(client().listShards()).containsExactly(SHARD);
        assertThat(cas(client(), null, 0)).isEqualTo(CasResult.MISMATCH);
        assertThat(cas(client(), 148L, 149)).isEqualTo(CasResult.COMMITTED);
        client().truncate(SHARD, new SeqNo(147));
        assertThat(before.scan(SHARD, new SeqNo(0), 100)).isEqualTo(entries(147, 150));
    }

    @Test
    void importedLogMayBeginAtZero() throws StoreException {
        Consensus consensus = client();
        assertThat(consensus.importLog(SHARD, entries(0, 3))).isEqualTo(CasResult.COMMITTED);
        assertThat(cas(client(), 2L, 3)).isEqualTo(CasResult.COMMITTED);
        assertThat(consensus.scan(SHARD, new SeqNo(0), 100)).isEqualTo(entries(0, 4));
        assertThat(client().scan(SHARD, new SeqNo(0), 1)).isEqualTo(entries(0, 1));
        client().truncate(SHARD, new SeqNo(1));
        assertThat(consensus.scan(SHARD, new SeqNo(0), 100)).isEqualTo(entries(1, 4));
    }

    @Test
    void importIntoAnExistingLogIsMismatch() throws StoreException {
        fill(client(), SHARD, 3);
        assertThat(client().importLog(SHARD, entries(0, 5))).isEqualTo(CasResult.MISMATCH);
        assertThat(client().importLog(SHARD, entries(7, 9))).isEqualTo(CasResult.MISMATCH);
        client().truncate(SHARD, new SeqNo(2));
        assertThat(client().importLog(SHARD, entries(7, 9))).isEqualTo(CasResult.MISMATCH);
        assertThat(client().scan(SHARD, new SeqNo(0), 100)).isEqualTo(entries(2, 3));
        assertThat(cas(client(), 2L, 3)).isEqualTo(CasResult.COMMITTED);
    }

    @Test
    void importOfAGapIsRefused() throws StoreException {
        Consensus consensus = client();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> consensus.importLog(SHARD, List.of(entry(3), entry(5))))
                .withMessageContainingAll("expected v4", "found v5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> consensus.importLog(SHARD, List.of()));
        assertThat(client().head(SHARD)).isEmpty();
    }

    @Test
    void fiftyRacingWritersHaveOneWinnerPerSeqno() throws Exception {
        List<Consensus> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            clients.add(client());
        }
        SeqNo expected = null;
        for (long round = 0; round < 4; round++) {
            SeqNo before = expected;
            SeqNo next = new SeqNo(round);
            List<Callable<Bytes>> writers = new ArrayList<>();
            for (int i = 0; i < clients.size(); i++) {
                Consensus client = clients.get(i);
                Bytes data = Bytes.utf8("writer " + i);
                writers.add(
                        () -> {
                            Versioned entry = new Versioned(next, data);
                            boolean won =
                                    client.compareAndSet(SHARD, before, entry)
                                            == CasResult.COMMITTED;
                            return won ? data : Bytes.EMPTY;
                        });
            }
            List<Bytes> winners = new ArrayList<>(Racers.race(writers));
            winners.removeIf(Bytes::isEmpty);
            assertThat(winners).hasSize(1);
            assertThat(client().head(SHARD)).contains(new Versioned(next, winners.get(0)));
            expected = next;
        }
    }

    @Test
    void counterIsExactWhileOthersReadAndTruncate() throws Exception {
        int writers = 4;
        AtomicBoolean done = new AtomicBoolean();
        List<Callable<Long>> tasks = new ArrayList<>();
        tasks.add(
                () -> {
                    try {
                        return count(client(), "writer0", appendsPerWriter());
                    } finally {
                        done.set(true);
                    }
                });
        for (int i = 1; i < writers; i++) {
            String name = "writer" + i;
            tasks.add(() -> count(client(), name, appendsPerWriter()));
        }
        tasks.add(() -> truncateUntil(done, client()));
        tasks.add(() -> readUntil(done, client()));
        Racers.race(tasks);
        TreeMap<String, Long> expected = new TreeMap<>();
        IntStream.range(0, writers)
                .forEach(i -> expected.put("writer" + i, (long) appendsPerWriter()));
        assertThat(CasCounter.read(client(), SHARD)).isEqualTo(expected);
        assertThat(client().head(SHARD).map(Versioned::seqno))
                .contains(new SeqNo(writers * (long) appendsPerWriter() - 1));
    }

    private static long count(Consensus client, String name, int times) throws StoreException {
        CasCounter counter = new CasCounter(client, SHARD, name);
        for (int i = 0; i < times; i++) {
            counter.increment();
        }
        return counter.counted();
    }

    private static long truncateUntil(AtomicBoolean done, Consensus client) {
        CasCounter counter = new CasCounter(client, SHARD, "truncater");
        long rounds = 0;
        while (!done.get()) {
            counter.truncate();
            rounds++;
        }
        return rounds;
    }

    private static long readUntil(AtomicBoolean done, Consensus client) throws StoreException {
        long last = 0;
        while (!done.get()) {
            List<Versioned> entries = client.scan(SHARD, new SeqNo(0), 1000);
            for (int i = 1; i < entries.size(); i++) {
                assertThat(entries.get(i).seqno()).isEqualTo(entries.get(i - 1).seqno().next());
            }
            if (!entries.isEmpty()) {
                long newest = entries.get(entries.size() - 1).seqno().value();
                assertThat(newest).isGreaterThanOrEqualTo(last);
                last = newest;
            }
        }
        return last;
    }

    protected static void fill(Consensus consensus, ShardId shard, int count)
            throws StoreException {
        for (Versioned entry : entries(0, count)) {
            long seqno = entry.seqno().value();
            SeqNo expected = seqno == 0 ? null : new SeqNo(seqno - 1);
            assertThat(consensus.compareAndSet(shard, expected, entry))
                    .isEqualTo(CasResult.COMMITTED);
        }
    }

    protected static CasResult cas(Consensus consensus, @Nullable Long expected, long next)
            throws StoreException {
        return consensus.compareAndSet(
                SHARD, expected == null ? null : new SeqNo(expected), entry(next));
    }

    protected static Versioned entry(long seqno) {
        return new Versioned(new SeqNo(seqno), Bytes.utf8("entry " + seqno));
    }

    /** From inclusive, to exclusive. */
    protected static List<Versioned> entries(int from, int to) {
        return IntStream.range(from, to).mapToObj(ConsensusContract::entry).toList();
    }
}
