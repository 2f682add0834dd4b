package io.persist.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;
import io.persist.codec.ShardId;
import io.persist.store.BlobKey;
import io.persist.store.Consensus;
import io.persist.store.StoreException;
import io.persist.store.mem.MemBlob;
import io.persist.store.mem.MemConsensus;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;

/** The faults strike, repeat with their seed, and do not break a store that is right. */
class FaultyStoresTest {
    private static final ShardId SHARD = new ShardId(new UUID(1, 1));

    @Test
    void counterOverAFaultyConsensusIsExact() throws StoreException {
        for (long seed = 0; seed < 50; seed++) {
            Consensus store = new MemConsensus();
            Random turns = new Random(seed);
            Fate fate = new Fate(seed, 4);
            List<CasCounter> counters = new ArrayList<>();
            TreeMap<String, Long> expected = new TreeMap<>();
            for (int i = 0; i < 3; i++) {
                counters.add(new CasCounter(new FaultyConsensus(store, fate), SHARD, "c" + i));
            }
            for (int turn = 0; turn < 60; turn++) {
                int client = turns.nextInt(3);
                counters.get(client).increment();
                expected.merge("c" + client, 1L, Long::sum);
                counters.get(turns.nextInt(3)).truncate();
            }
            fate.deliverAll();
            assertThat(CasCounter.read(store, SHARD)).as("seed %d", seed).isEqualTo(expected);
        }
    }

    @Test
    void blobThatIsSetAgainUntilItSucceedsIsThere() throws StoreException {
        MemBlob store = new MemBlob();
        Fate fate = new Fate(1, 3);
        FaultyBlob faulty = new FaultyBlob(store, fate);
        int failures = 0;
        for (int i = 0; i < 100; i++) {
            BlobKey key = new BlobKey(SHARD + "/n2600000/p" + i);
            for (boolean done = false; !done; ) {
                try {
                    faulty.set(key, Bytes.utf8("value " + i));
                    done = true;
                } catch (StoreException.Indeterminate e) {
                    failures++;
                }
            }
            assertThat(store.get(key)).contains(Bytes.utf8("value " + i));
        }
        assertThat(failures).isGreaterThan(50);
    }

    @Test
    void sameSeedIsSameFate() {
        assertThat(coins(7)).isEqualTo(coins(7)).isNotEqualTo(coins(8));
    }

    private static List<Boolean> coins(long seed) {
        Fate fate = new Fate(seed, 2);
        List<Boolean> coins = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            coins.add(fate.strikes());
        }
        return coins;
    }
}
