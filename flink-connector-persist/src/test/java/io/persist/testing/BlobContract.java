package io.persist.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.codec.ShardId;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.PartKey;
import io.persist.store.RollupKey;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.WriterKey;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;

/** What every blob store keeps. */
public abstract class BlobContract {
    private static final ShardId SHARD = new ShardId(new UUID(1, 1));
    private static final ShardId OTHER = new ShardId(new UUID(1, 2));
    private static final WriterKey WRITER = WriterKey.ofVersion("26.0.0");

    /** Another client of the one store of this test. */
    protected abstract Blob client() throws StoreException;

    /** Whether a deleted blob can be brought back. */
    protected boolean restoresDeleted() {
        return false;
    }

    @Test
    void absentBlobIsNoError() throws StoreException {
        Blob blob = client();
        assertThat(blob.get(part(SHARD, 1))).isEmpty();
        assertThat(blob.get(new BlobKey("HEALTH_CHECK"))).isEmpty();
        assertThat(blob.delete(part(SHARD, 1))).isEmpty();
        assertThat(list(blob, "")).isEmpty();
    }

    @Test
    void valueOfAnySizeComesBack() throws StoreException {
        byte[] large = new byte[3_000_001];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) ((i * 31) >> 3);
        }
        List<Bytes> values =
                List.of(Bytes.EMPTY, Bytes.utf8("x"), Bytes.copyOf(large).slice(1, 2_999_990));
        for (int i = 0; i < values.size(); i++) {
            client().set(part(SHARD, i), values.get(i));
            assertThat(client().get(part(SHARD, i))).contains(values.get(i));
        }
    }

    @Test
    void settingTwiceIsHarmless() throws StoreException {
        Blob blob = client();
        blob.set(part(SHARD, 1), Bytes.utf8("value"));
        blob.set(part(SHARD, 1), Bytes.utf8("value"));
        assertThat(blob.get(part(SHARD, 1))).contains(Bytes.utf8("value"));
        assertThat(list(blob, "")).hasSize(1);
    }

    @Test
    void deleteTellsTheSizeOnce() throws StoreException {
        Blob blob = client();
        blob.set(part(SHARD, 1), Bytes.utf8("value"));
        blob.set(rollup(SHARD, 3), Bytes.utf8("rollup"));
        assertThat(client().delete(part(SHARD, 1))).hasValue(5);
        assertThat(client().delete(part(SHARD, 1))).isEmpty();
        assertThat(client().delete(rollup(SHARD, 3))).hasValue(6);
        assertThat(blob.get(part(SHARD, 1))).isEmpty();
        assertThat(list(blob, "")).isEmpty();
        blob.set(rollup(SHARD, 3), Bytes.utf8("again"));
        assertThat(blob.get(rollup(SHARD, 3))).contains(Bytes.utf8("again"));
    }

    @Test
    void listVisitsWhatBeginsWithThePrefix() throws StoreException {
        Blob blob = client();
        blob.set(part(SHARD, 1), Bytes.utf8("1"));
        blob.set(part(SHARD, 2), Bytes.utf8("22"));
        blob.set(rollup(SHARD, 7), Bytes.utf8("333"));
        blob.set(part(OTHER, 1), Bytes.utf8("4444"));
        Map<String, Long> all =
                Map.of(
                        part(SHARD, 1).text(), 1L,
                        part(SHARD, 2).text(), 2L,
                        rollup(SHARD, 7).text(), 3L,
                        part(OTHER, 1).text(), 4L);
        List<String> prefixes = new ArrayList<>(List.of("", "s", "x", SHARD + "/", SHARD + "/n26"));
        prefixes.addAll(List.of(SHARD.toString(), SHARD + "/" + WRITER + "/", SHARD + "/v"));
        prefixes.addAll(List.of(OTHER + "/", SHARD + "/n99/", SHARD + "x", "/", ".."));
        prefixes.add(part(SHARD, 2).text());
        prefixes.add(part(SHARD, 2).text() + "/");
        for (String prefix : prefixes) {
            Map<String, Long> expected = new TreeMap<>(all);
            expected.keySet().removeIf(key -> !key.startsWith(prefix));
            assertThat(list(client(), prefix)).as("prefix '%s'", prefix).isEqualTo(expected);
        }
    }

    @Test
    void visitorMayDelete() throws StoreException {
        Blob blob = client();
        for (int i = 0; i < 10; i++) {
            blob.set(part(SHARD, i), Bytes.utf8("value"));
        }
        blob.list(SHARD + "/", (key, size) -> blob.delete(key));
        assertThat(list(blob, "")).isEmpty();
    }

    @Test
    void restoreBringsBackOrSaysThatItCannot() throws StoreException {
        Blob blob = client();
        assertThatThrownBy(() -> blob.restore(part(SHARD, 1)))
                .isInstanceOf(StoreException.Determinate.class)
                .hasMessageContaining("does not exist");
        blob.set(part(SHARD, 1), Bytes.utf8("value"));
        blob.restore(part(SHARD, 1));
        blob.delete(part(SHARD, 1));
        assertThat(list(blob, "")).isEmpty();
        if (restoresDeleted()) {
            client().restore(part(SHARD, 1));
            client().restore(part(SHARD, 1));
            assertThat(blob.get(part(SHARD, 1))).contains(Bytes.utf8("value"));
        } else {
            assertThatThrownBy(() -> client().restore(part(SHARD, 1)))
                    .isInstanceOf(StoreException.Determinate.class)
                    .hasMessageContaining("does not exist");
        }
    }

    @Test
    void writersAndDeletersOfNeighboursDoNotDisturbEachOther() throws Exception {
        List<Callable<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int writer = i;
            tasks.add(
                    () -> {
                        Blob blob = client();
                        for (int round = 0; round < 10; round++) {
                            BlobKey key = new BlobKey(SHARD + "/v7/r" + new UUID(9, writer));
                            blob.set(key, Bytes.utf8("value"));
                            assertThat(blob.get(key)).isPresent();
                            list(blob, SHARD + "/");
                            assertThat(blob.delete(key)).hasValue(5);
                        }
                        return 0;
                    });
        }
        Racers.race(tasks);
        assertThat(list(client(), "")).isEmpty();
    }

    protected static BlobKey part(ShardId shard, int number) {
        return BlobKey.of(shard, PartKey.of(WRITER, new UUID(2, number)));
    }

    protected static BlobKey rollup(ShardId shard, int seqno) {
        return BlobKey.of(shard, RollupKey.of(new SeqNo(seqno), new UUID(3, seqno)));
    }

    protected static Map<String, Long> list(Blob blob, String prefix) throws StoreException {
        Map<String, Long> found = new TreeMap<>();
        blob.list(
                prefix,
                (key, size) -> assertThat(found.put(key.text(), size)).as(key.text()).isNull());
        return found;
    }
}
