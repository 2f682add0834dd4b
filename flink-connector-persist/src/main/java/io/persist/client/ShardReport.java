package io.persist.client;

import io.persist.batch.PartInspection.InlineFacts;
import io.persist.codec.Bytes;
import io.persist.codec.SchemaId;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.shard.Profile;
import io.persist.state.CodecNames;
import io.persist.state.spine.SpineId;
import io.persist.store.SeqNo;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is in a shard, for people and tools: its newest state as one tree of records. Taking it
 * writes nothing.
 *
 * @param label version label of the state
 * @param walltimeMillis clock of the client that wrote the state
 * @param hostname of that client
 * @param lastGcReq garbage collection was asked for up to here
 * @param liveDiffs entries that consensus holds for the shard
 * @param batches oldest first
 * @param merges batches that are being merged or wait for it
 */
public record ShardReport(
        ShardId shard,
        String label,
        Profile profile,
        SeqNo seqno,
        long walltimeMillis,
        String hostname,
        CodecNames codecs,
        Antichain since,
        Antichain upper,
        SeqNo lastGcReq,
        int liveDiffs,
        List<BatchReport> batches,
        List<MergeReport> merges,
        List<ReaderReport> readers,
        List<WriterReport> writers,
        List<RollupReport> rollups,
        List<SchemaReport> schemas) {
    public ShardReport {
        batches = List.copyOf(batches);
        merges = List.copyOf(merges);
        readers = List.copyOf(readers);
        writers = List.copyOf(writers);
        rollups = List.copyOf(rollups);
        schemas = List.copyOf(schemas);
    }

    /** Parts of all batches, blob and inline; those that a run in blob lists count as one. */
    public long partCount() {
        return batches.stream()
                .mapToLong(b -> b.runs().stream().mapToLong(RunReport::count).sum())
                .sum();
    }

    /** Updates of all batches, an upper bound. */
    public long updateCount() {
        return batches.stream().mapToLong(BatchReport::len).sum();
    }

    /** Bytes of all blob parts. */
    public long encodedBytes() {
        return batches.stream()
                .flatMap(b -> b.runs().stream())
                .flatMap(r -> r.parts().stream())
                .mapToLong(PartReport::encodedBytes)
                .sum();
    }

    /**
     * @param len updates, an upper bound
     */
    public record BatchReport(Description desc, long len, List<RunReport> runs) {
        public BatchReport {
            runs = List.copyOf(runs);
        }
    }

    /**
     * @param order what the run is labelled as sorted by; null if it is not labelled
     * @param deprecatedSchema where 0.128 puts it by default
     * @param id of the run itself, which only 26 knows
     * @param len updates when it was written; null where the writer did not say
     * @param meta what else a writer noted
     */
    public record RunReport(
            @Nullable String order,
            @Nullable SchemaId schema,
            @Nullable SchemaId deprecatedSchema,
            @Nullable String id,
            @Nullable Long len,
            SortedMap<String, Bytes> meta,
            List<PartReport> parts) {
        public RunReport {
            meta = Collections.unmodifiableSortedMap(new TreeMap<>(meta));
            parts = List.copyOf(parts);
        }

        int count() {
            return parts.size();
        }
    }

    /** Where a part's updates lie. */
    public enum PartKind {
        BLOB,
        INLINE,
        /** A blob that lists further parts. */
        RUN
    }

    /**
     * @param key of the blob below the shard; null for inline parts
     * @param encodedBytes of the blob, or of all blobs that a run lists; of the metadata for inline
     * @param format what the writer says of it: row, both, structured, inline or unknown
     * @param keyLower lower bound of the row bytes of its keys; empty if not known
     * @param structuredKeyLower the same of its structured keys, as text; null if not known
     * @param stats encoded statistics of its keys; null if it has none
     * @param inline what is in an inline part
     * @param maxPartBytes size of the largest part that a run lists
     * @param parts those that a run lists
     * @param problem why something of it could not be looked at; null if all could
     */
    public record PartReport(
            PartKind kind,
            @Nullable String key,
            long encodedBytes,
            String format,
            @Nullable Antichain tsRewrite,
            @Nullable Long diffsSum,
            @Nullable SchemaId schema,
            @Nullable SchemaId deprecatedSchema,
            Bytes keyLower,
            @Nullable String structuredKeyLower,
            @Nullable Bytes stats,
            @Nullable InlineFacts inline,
            @Nullable Long maxPartBytes,
            List<PartReport> parts,
            @Nullable String problem) {
        public PartReport {
            parts = List.copyOf(parts);
        }
    }

    public record MergeReport(SpineId id, Antichain since, long remainingWork) {}

    /**
     * @param id of a leased or a critical reader
     * @param seqno whose blobs it holds; null for critical readers, which hold none
     * @param leaseUntilMillis null for critical readers, which never expire
     * @param token whose owner may move a critical reader; null for leased ones
     */
    public record ReaderReport(
            String id,
            Antichain since,
            @Nullable SeqNo seqno,
            @Nullable Long leaseUntilMillis,
            @Nullable String token,
            String hostname,
            String purpose) {}

    /**
     * @param upper of its last append
     * @param token of its last append
     */
    public record WriterReport(
            String id,
            Antichain upper,
            String token,
            long leaseUntilMillis,
            String hostname,
            String purpose) {}

    public record RollupReport(SeqNo seqno, String key, @Nullable Long encodedBytes) {}

    /** A registered schema pair, encoded. */
    public record SchemaReport(SchemaId id, String keyHex, String valHex) {}
}
