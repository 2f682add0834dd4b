package io.persist.store.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;
import io.persist.codec.ShardId;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;
import io.persist.store.mem.MemObjects;
import io.persist.testing.CountingObjects;
import io.persist.testing.SeededIds;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Locale;
import java.util.UUID;

/** How many requests an operation costs, and which. */
class LogConsensusCostTest {
    private static final ShardId SHARD = new ShardId(new UUID(1, 1));

    private final MemObjects store = new MemObjects();
    private final CountingObjects objects = new CountingObjects(store);
    private final LogConsensus consensus = new LogConsensus(objects, new SeededIds(1));

    @BeforeEach
    void warmUp() throws StoreException {
        for (int i = 0; i < 10; i++) {
            append(consensus, i);
        }
        consensus.truncate(SHARD, new SeqNo(5));
        objects.take();
    }

    @Test
    void commitIsOneCreateAndOneGet() throws StoreException {
        append(consensus, 10);
        assertThat(objects.take())
                .containsExactly("create " + log(10), "get " + floor(2) + ": absent");
    }

    @Test
    void headWithNothingNewIsTwoGets() throws StoreException {
        consensus.head(SHARD);
        assertThat(objects.take())
                .containsExactly("get " + log(10) + ": absent", "get " + floor(2) + ": absent");
    }

    @Test
    void truncationIsOneCreateOneListingAndTheDeletes() throws StoreException {
        consensus.truncate(SHARD, new SeqNo(7));
        assertThat(objects.take())
                .containsExactly(
                        "create " + floor(2),
                        "list " + SHARD + "/log/",
                        "delete " + log(5),
                        "delete " + log(6));
    }

    @Test
    void expectationThatIsKnownToBeOldCostsNothing() throws StoreException {
        consensus.compareAndSet(SHARD, new SeqNo(8), entry(9));
        assertThat(objects.take()).isEmpty();
    }

    @Test
    void scanOfWhatIsNewIsItsEntriesAndTwoGets() throws StoreException {
        append(new LogConsensus(store, new SeededIds(2)), 10);
        consensus.scan(SHARD, new SeqNo(10), 100);
        assertThat(objects.take())
                .containsExactly(
                        "get " + log(10),
                        "get " + log(11) + ": absent",
                        "get " + floor(2) + ": absent");
    }

    @Test
    void clientThatIsFarBehindGallops() throws StoreException {
        LogConsensus other = new LogConsensus(store, new SeededIds(2));
        for (int i = 10; i < 1010; i++) {
            append(other, i);
        }
        assertThat(consensus.head(SHARD)).contains(entry(1009));
        assertThat(objects.take()).hasSizeLessThan(25);
    }

    @Test
    void newClientOfALogWithManyFloorsGallops() throws StoreException {
        for (int i = 10; i < 510; i++) {
            append(consensus, i);
            consensus.truncate(SHARD, new SeqNo(i - 2L));
        }
        objects.take();
        assertThat(new LogConsensus(objects, new SeededIds(2)).head(SHARD)).contains(entry(509));
        assertThat(objects.take()).hasSizeLessThan(30);
    }

    private static void append(LogConsensus consensus, long seqno) throws StoreException {
        consensus.compareAndSet(SHARD, seqno == 0 ? null : new SeqNo(seqno - 1), entry(seqno));
    }

    private static Versioned entry(long seqno) {
        return new Versioned(new SeqNo(seqno), Bytes.utf8("entry " + seqno));
    }

    private static String log(long seqno) {
        return String.format(Locale.ROOT, "%s/log/%020d", SHARD, seqno);
    }

    private static String floor(long number) {
        return String.format(Locale.ROOT, "%s/floor/%020d", SHARD, number);
    }
}
