package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.client.Listen;
import io.persist.client.PersistClient;
import io.persist.client.PersistLocation;
import io.persist.client.ReadHandle;
import io.persist.client.Update;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;
import io.persist.shard.OrphanedPart;
import io.persist.store.BlobKey;
import io.persist.store.uri.Stores;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** One shard of strings, written by sinks and read back by tests. */
final class TestShard {
    private static final ShardId SHARD = new ShardId(new UUID(7, 7));

    private final String path;

    /**
     * @param path of a location that this test has for itself
     */
    TestShard(String path) {
        this.path = path;
    }

    PersistSink.Builder<String> sink() {
        return sink(PersistRecordSerializer.ofKeys(() -> Codecs.STRING));
    }

    <IN> PersistSink.Builder<IN> sink(PersistRecordSerializer<IN, String, Unit> serializer) {
        return PersistSink.<IN>builder().path(path).shard(SHARD).serializer(serializer);
    }

    /** Every row and how often it is there, at the newest time. */
    Map<String, Long> contents() throws Exception {
        Map<String, Long> rows = new TreeMap<>();
        for (Update<String, Unit> update : snapshot()) {
            rows.put(update.key(), update.diff());
        }
        return rows;
    }

    private List<Update<String, Unit>> snapshot() throws Exception {
        try (PersistClient client = client();
                ReadHandle<String, Unit> reader =
                        client.openReader(SHARD, Codecs.STRING, Codecs.UNIT, "test")) {
            Antichain upper = reader.fetchRecentUpper();
            List<Update<String, Unit>> updates =
                    upper.equals(Antichain.minimum())
                            ? List.of()
                            : reader.snapshotAndFetch(Antichain.of(upper.element() - 1)).orThrow();
            reader.expire();
            return updates;
        }
    }

    /** The rows of {@link SinkJobs} below {@code count}, each once, and nothing else. */
    void assertHoldsExactlyRows(int count) throws Exception {
        BitSet seen = new BitSet(count);
        for (Update<String, Unit> update : snapshot()) {
            assertThat(update.diff()).as(update.key()).isEqualTo(1);
            int number = Integer.parseInt(update.key().substring("row-".length()));
            assertThat(seen.get(number)).as(update.key()).isFalse();
            seen.set(number);
        }
        assertThat(seen.cardinality()).isEqualTo(count);
        assertThat(seen.length()).isEqualTo(count);
    }

    /** Waits until a commit with rows is there, following the shard. */
    void awaitRows(Duration limit) throws Exception {
        try (PersistClient client = client();
                ReadHandle<String, Unit> reader =
                        client.openReader(SHARD, Codecs.STRING, Codecs.UNIT, "test")) {
            Listen<String, Unit> listen = reader.listen(Antichain.minimum()).orThrow();
            while (listen.next(limit).orThrow().updates().isEmpty()) {
                // Progress without rows.
            }
            reader.expire();
        }
    }

    Antichain upper() throws Exception {
        try (PersistClient client = client()) {
            return client.openWriter(SHARD, Codecs.STRING, Codecs.UNIT, "test").fetchRecentUpper();
        }
    }

    /** Keys of all parts in the blob store, whoever refers to them. */
    List<BlobKey> parts() throws Exception {
        try (Stores stores = stores()) {
            List<BlobKey> keys = new ArrayList<>();
            stores.blob()
                    .list(
                            SHARD.toString(),
                            (key, size) -> {
                                if (key.text().contains("/p")) {
                                    keys.add(key);
                                }
                            });
            return keys;
        }
    }

    /** Parts that no live state leads to. */
    List<OrphanedPart> orphans() throws Exception {
        try (PersistClient client = client()) {
            return client.orphans(SHARD).orElseThrow();
        }
    }

    void delete(BlobKey key) throws Exception {
        try (Stores stores = stores()) {
            stores.blob().delete(key);
        }
    }

    private Stores stores() throws Exception {
        PersistLocation location = PersistLocation.parse(path);
        return Stores.open(location.blob(), location.consensus(), UUID::randomUUID, Runnable::run);
    }

    private PersistClient client() throws Exception {
        return PersistClient.open(PersistLocation.parse(path));
    }
}
