package io.persist.client;

import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.codec.Unit;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.CasResult;
import io.persist.store.Consensus;
import io.persist.store.StoreException;
import io.persist.testing.GoldenShards;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/** Updates of golden shards as comparable text, from either side. */
final class GoldenContents {
    private GoldenContents() {}

    /** Copies a golden shard into stores. */
    static void importInto(GoldenShards.Shard golden, Blob blob, Consensus consensus)
            throws StoreException {
        for (String key : golden.blobFiles().keySet()) {
            blob.set(new BlobKey(key), golden.blob(key));
        }
        CasResult imported = consensus.importLog(golden.shard(), golden.rows());
        if (imported != CasResult.COMMITTED) {
            throw new AssertionError("log of " + golden + " was not imported");
        }
    }

    /** What the original client saw, sorted. */
    static List<String> expected(JsonNode updates) {
        List<String> lines = new ArrayList<>();
        for (JsonNode update : updates) {
            lines.add(
                    line(
                            value(update.get(0)),
                            value(update.get(1)),
                            GoldenShards.time(update.get(2)),
                            update.get(3).longValue()));
        }
        lines.sort(null);
        return lines;
    }

    /** What we see, sorted. */
    static <K, V> List<String> actual(ReadHandle<K, V> reader, List<Update<K, V>> updates) {
        List<String> lines = new ArrayList<>();
        for (Update<K, V> update : updates) {
            lines.add(
                    line(
                            value(reader.keyCodec(), update.key()),
                            value(reader.valCodec(), update.val()),
                            update.time(),
                            update.diff()));
        }
        lines.sort(null);
        return lines;
    }

    private static String line(String key, String val, long time, long diff) {
        return key + " | " + val + " | " + Long.toUnsignedString(time) + " | " + diff;
    }

    /** Rows by their codec encoding, the rest as it is. */
    private static String value(JsonNode json) {
        return json.isObject() ? json.get("proto").textValue() : json.asText();
    }

    private static <T> String value(Codec<T> codec, T value) {
        if (value instanceof String text) {
            return text;
        }
        if (value instanceof Bytes bytes) {
            return bytes.hex();
        }
        return value instanceof Unit ? "null" : codec.encode(value).hex();
    }
}
