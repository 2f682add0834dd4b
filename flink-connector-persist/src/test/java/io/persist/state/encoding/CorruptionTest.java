package io.persist.state.encoding;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.state.State;
import io.persist.state.StateDiff;
import io.persist.testing.GoldenShards;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;

/** Damaged bytes are refused as such, or read as another state: never anything else. */
class CorruptionTest {
    private static final int DAMAGES = 2_000;
    private static final List<String> SHARDS = List.of("kv-since", "kv-exert", "kv-gc");

    @Test
    void damagedLogEntriesNeverCrash() throws Exception {
        Random coins = new Random(11);
        int refused = 0;
        int tries = 0;
        for (String generation : List.of("p128", "p26")) {
            for (String name : SHARDS) {
                List<GoldenReplay.Commit> commits =
                        GoldenReplay.commits(GoldenShards.named(generation, name));
                for (int i = 0; i < DAMAGES; i++) {
                    GoldenReplay.Commit commit = commits.get(coins.nextInt(commits.size()));
                    tries++;
                    refused += survives(commit.before(), commit.entry().data(), coins) ? 0 : 1;
                }
            }
        }
        assertThat(refused).isBetween(tries / 2, tries);
    }

    /** Whether the damaged entry could be applied. */
    private static boolean survives(State before, Bytes entry, Random coins) {
        try {
            StateDiff diff = StateDiffEncoding.decode(damaged(entry, coins));
            State next = before.apply(diff);
            RollupEncoding.encode(new Rollup(next, null));
            return true;
        } catch (CorruptDataException | NewerVersionException e) {
            assertThat(e.getMessage()).isNotBlank();
            return false;
        }
    }

    @Test
    void damagedRollupsNeverCrash() throws Exception {
        Random coins = new Random(12);
        for (String generation : List.of("p128", "p26")) {
            for (String name : SHARDS) {
                GoldenShards.Shard shard = GoldenShards.named(generation, name);
                for (String key : GoldenReplay.rollupKeys(shard)) {
                    Bytes blob = shard.blob(key);
                    for (int i = 0; i < DAMAGES / 4; i++) {
                        try {
                            Rollup rollup = RollupEncoding.decode(damaged(blob, coins));
                            RollupEncoding.encode(rollup);
                        } catch (CorruptDataException e) {
                            assertThat(e.getMessage()).isNotBlank();
                        }
                    }
                }
            }
        }
    }

    private static Bytes damaged(Bytes bytes, Random coins) {
        byte[] array = bytes.toArray();
        switch (coins.nextInt(4)) {
            case 0 -> {
                return Bytes.takeArray(array, 0, coins.nextInt(array.length));
            }
            case 1 -> {
                int from = coins.nextInt(array.length);
                int to = Math.min(array.length, from + 1 + coins.nextInt(8));
                for (int i = from; i < to; i++) {
                    array[i] = (byte) coins.nextInt(256);
                }
            }
            default -> array[coins.nextInt(array.length)] ^= (byte) (1 << coins.nextInt(8));
        }
        return Bytes.takeArray(array);
    }
}
