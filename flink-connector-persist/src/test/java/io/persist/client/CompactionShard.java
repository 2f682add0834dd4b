package io.persist.client;

import io.persist.batch.BatchConfig;
import io.persist.batch.HollowBatch;
import io.persist.batch.RunPart;
import io.persist.client.compaction.CompactionConfig;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.part.DecodedPart;
import io.persist.part.ParquetParts;
import io.persist.shard.Machine;
import io.persist.shard.MaintenanceTask;
import io.persist.shard.Profile;
import io.persist.state.spine.MergeRequest;
import io.persist.store.BlobKey;

import org.apache.arrow.memory.RootAllocator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** A shard of strings that is compacted, with a model of what it holds. One thread. */
final class CompactionShard implements AutoCloseable {
    static final ShardId SHARD = new ShardId(new java.util.UUID(9, 9));

    final TestClient test;
    final WriteHandle<String, String> writer;

    /** Diffs by time and key. */
    final SortedMap<Long, SortedMap<String, Long>> model = new TreeMap<>();

    long upper;

    CompactionShard(PersistConfig config) throws Exception {
        this(TestClient.inMemory(config));
    }

    CompactionShard(TestClient test) throws Exception {
        this.test = test;
        this.writer = test.client().openWriter(SHARD, Codecs.STRING, Codecs.STRING, "test");
        this.upper = writer.fetchRecentUpper().isEmpty() ? 0 : writer.upper().element();
    }

    /** Everything is worth compacting, parts are small and in blob. */
    static PersistConfig.Builder config(Profile profile) {
        return TestClient.config()
                .newShards(profile)
                .ioThreads(0)
                .compaction(CompactionConfig.builder().minInputs(2).build())
                .batch(BatchConfig.builder().inlineSingleMaxBytes(0).targetBytes(40).build());
    }

    /** Appends updates at the upper, which advances by one. */
    void append(String... keys) throws Exception {
        append(1, keys);
    }

    void append(long diff, String... keys) throws Exception {
        List<Update<String, String>> updates = new ArrayList<>();
        for (String key : keys) {
            updates.add(new Update<>(key, "v", upper, diff));
        }
        append(updates, upper + 1);
    }

    void append(List<Update<String, String>> updates, long next) throws Exception {
        writer.compareAndAppend(updates, Antichain.of(upper), Antichain.of(next)).orThrow();
        upper = next;
        for (Update<String, String> update : updates) {
            model.computeIfAbsent(update.time(), absent -> new TreeMap<>())
                    .merge(update.key(), update.diff(), Long::sum);
        }
    }

    Machine machine() {
        return writer.machine();
    }

    /** The newest request that was offered; nothing of what was offered stays. */
    MergeRequest request() {
        return compact().request();
    }

    MaintenanceTask.Compact compact() {
        MaintenanceTask.Compact newest = null;
        for (TestClient.Pending pending : test.maintenance()) {
            if (pending.task() instanceof MaintenanceTask.Compact compact) {
                newest = compact;
            }
        }
        test.maintenance().clear();
        if (newest == null) {
            throw new AssertionError("nothing was asked to be compacted");
        }
        return newest;
    }

    List<HollowBatch> batches() {
        return machine().state().batches();
    }

    /** The batch with these bounds. */
    HollowBatch batch(long lower, long batchUpper) {
        return batches().stream()
                .filter(b -> b.lower().equals(Antichain.of(lower)))
                .filter(b -> b.upper().equals(Antichain.of(batchUpper)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no such batch in " + batches()));
    }

    /** What the model holds as of a time. */
    Map<String, Long> expected(long asOf) {
        Map<String, Long> sums = new TreeMap<>();
        model.headMap(asOf + 1)
                .values()
                .forEach(diffs -> diffs.forEach((key, diff) -> sums.merge(key, diff, Long::sum)));
        sums.values().removeIf(diff -> diff == 0);
        return sums;
    }

    /** What a reader sees as of a time. */
    Map<String, Long> read(long asOf) throws Exception {
        Map<String, Long> sums = new TreeMap<>();
        try (ReadHandle<String, String> reader =
                test.client().openReader(SHARD, Codecs.STRING, Codecs.STRING, "test")) {
            for (Update<String, String> update :
                    reader.snapshotAndFetch(Antichain.of(asOf)).orThrow()) {
                sums.merge(update.key(), update.diff(), Long::sum);
            }
            reader.expire();
        }
        sums.values().removeIf(diff -> diff == 0);
        return sums;
    }

    /** Moves the shard's since up, by a reader that stays for as long as its lease. */
    void downgradeSince(long since) throws Exception {
        ReadHandle<String, String> reader =
                test.client().openReader(SHARD, Codecs.STRING, Codecs.STRING, "test");
        reader.downgradeSince(Antichain.of(since)).orThrow();
        reader.close();
    }

    List<BlobKey> blobs() throws Exception {
        List<BlobKey> parts = new ArrayList<>();
        test.blob()
                .list(
                        SHARD.toString(),
                        (key, bytes) -> {
                            if (key.text().contains("/p")) {
                                parts.add(key);
                            }
                        });
        return parts;
    }

    BlobKey key(RunPart part) {
        return BlobKey.of(SHARD, ((RunPart.Hollow) part).key());
    }

    /** Looks into the blob of a part. */
    <R> R decoded(RunPart part, Function<DecodedPart, R> look) throws Exception {
        try (RootAllocator allocator = new RootAllocator();
                DecodedPart decoded =
                        ParquetParts.decode(test.blob().get(key(part)).orElseThrow(), allocator)) {
            return look.apply(decoded);
        }
    }

    @Override
    public void close() {
        writer.close();
        test.close();
    }
}
