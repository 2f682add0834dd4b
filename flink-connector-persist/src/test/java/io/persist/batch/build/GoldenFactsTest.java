package io.persist.batch.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchConfig;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.columns.PartBuffer;
import io.persist.codec.ArrayDataEncoding;
import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.codec.StructuredOrder;
import io.persist.part.DecodedPart;
import io.persist.part.InlineParts;
import io.persist.part.ParquetParts;
import io.persist.part.PartFormat;
import io.persist.part.Updates;
import io.persist.part.stats.KeyStats;
import io.persist.part.stats.StructStats;
import io.persist.testing.GoldenFacts;
import io.persist.testing.GoldenShards;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What our metadata says of the row bytes of golden parts is what their writers said. */
class GoldenFactsTest {
    private final BatchRig rig = new BatchRig();

    @AfterEach
    void everythingIsClosed() {
        rig.close();
    }

    /** Parts that have both forms are written again as rows only. */
    @Test
    void partsOfRowsHaveTheStatisticsAndBoundsOfTheirWriter_B39() throws Exception {
        int relations = 0;
        int stored = 0;
        for (GoldenShards.Shard shard : GoldenShards.all()) {
            JsonNode expected = shard.expected();
            for (JsonNode batch : expected.path("inspect").path("batches")) {
                for (JsonNode run : batch.path("runs")) {
                    for (JsonNode part : run.path("parts")) {
                        if (assertFacts(shard, expected, batch, run, part)) {
                            stored++;
                            relations += shard.name().startsWith("source") ? 1 : 0;
                        }
                    }
                }
            }
        }
        if (GoldenShards.isComplete()) {
            assertThat(stored).isGreaterThan(100);
            assertThat(relations).isGreaterThan(10);
        }
    }

    private boolean assertFacts(
            GoldenShards.Shard shard,
            JsonNode expected,
            JsonNode batch,
            JsonNode run,
            JsonNode entry)
            throws Exception {
        if (!entry.path("kind").asText().equals("hollow") || entry.path("stats").isNull()) {
            return false;
        }
        String place = shard + " " + entry.path("key").asText();
        Bytes blob = shard.blob(shard.shard() + "/" + entry.path("key").asText());
        Codec<?> keys = GoldenFacts.keys(expected, entry);
        BatchConfig config =
                BatchRig.hollow()
                        .format(PartFormat.ROW)
                        .stats(GoldenFacts.stats(expected, batch))
                        .structuredKeyLowerMaxBytes(GoldenFacts.keyLowerBytes(expected))
                        .build();
        RunOrder order = RunOrder.valueOf(run.path("order").asText().toUpperCase(Locale.ROOT));
        HollowParts parts = new HollowParts(rig.store, config, keys);
        try (DecodedPart part = ParquetParts.decode(blob, rig.allocator)) {
            Updates updates = part.updates();
            if (updates.rows() == null) {
                return false;
            }
            // Shares the vectors of the part, which closes them.
            Updates rows = new Updates(updates.rows(), null, updates.times(), updates.diffs());
            RunPart.Hollow written = parts.write(parts.freshKey(), rows, part.desc(), 0, order);

            assertThat(written.format()).as(place).isEqualTo(new RunPart.FormatHint.Row());
            assertThat(written.diffsSum()).as(place).isEqualTo(entry.path("diffs_sum").asLong());
            assertThat(written.keyLower().hex())
                    .as(place)
                    .isEqualTo(entry.path("key_lower").asText());
            Bytes stored = GoldenShards.bytes(entry.path("stats"));
            if (!written.stats().equals(stored)) {
                // More than 20 columns: trimmed in an order that only the original's sort knows.
                assertThat(shard.name()).isEqualTo("source-all-types");
                assertThat(written.stats()).isEqualTo(ofColumns(keys, updates, config));
            }
            assertStructuredKeyLower(order, entry, written.structuredKeyLower());
        } catch (AssertionError e) {
            throw new AssertionError(place, e);
        }
        return true;
    }

    private static Bytes ofColumns(Codec<?> keys, Updates updates, BatchConfig config) {
        StructStats stats = KeyStats.of(keys.keyStatistics(), updates.structured().keys());
        return KeyStats.trim(stats, config.stats()).encoded();
    }

    /** The original gives parts of rows a bound only where it merged by columns. */
    private void assertStructuredKeyLower(RunOrder order, JsonNode entry, Bytes bound)
            throws Exception {
        if (order != RunOrder.STRUCTURED) {
            assertThat(bound).isNull();
            return;
        }
        Bytes stored = GoldenShards.bytes(entry.path("structured_key_lower"));
        assertThat(bound == null).isEqualTo(stored == null);
        if (stored != null) {
            assertThat(bound.length()).isEqualTo(stored.length());
            try (FieldVector found = ArrayDataEncoding.decode(bound, "k_s", rig.allocator);
                    FieldVector wanted = ArrayDataEncoding.decode(stored, "k_s", rig.allocator)) {
                assertThat(found.getField()).isEqualTo(wanted.getField());
                assertThat(StructuredOrder.of(found, wanted).compare(0, 0)).isZero();
            }
        }
    }

    /** Value by value, not only column by column. */
    @Test
    void inlinePartsAreWhatOurBufferMakesOfTheirValues_B30() throws Exception {
        int found = 0;
        for (GoldenShards.Shard shard : GoldenShards.all()) {
            JsonNode expected = shard.expected();
            for (JsonNode parts : expected.path("inspect").path("batches").findValues("parts")) {
                for (JsonNode part : parts) {
                    if (part.path("kind").asText().equals("inline")) {
                        Bytes bytes = Bytes.fromHex(part.path("proto").asText());
                        assertRebuilt(
                                bytes,
                                GoldenFacts.keys(expected, part),
                                GoldenFacts.vals(expected),
                                shard.toString());
                        found++;
                    }
                }
            }
        }
        if (GoldenShards.isComplete()) {
            assertThat(found).isGreaterThan(200);
        }
    }

    private <K, V> void assertRebuilt(Bytes bytes, Codec<K> keys, Codec<V> vals, String place)
            throws Exception {
        try (DecodedPart part = InlineParts.decode(bytes, rig.allocator)) {
            Updates updates = part.updates();
            PartFormat format = HollowParts.formatOf(updates);
            PartBuffer<K, V> buffer = new PartBuffer<>(keys, vals, format, rig.allocator);
            List<K> keyValues = values(keys, updates, true);
            List<V> valValues = values(vals, updates, false);
            for (int row = 0; row < updates.count(); row++) {
                buffer.add(
                        keyValues.get(row),
                        valValues.get(row),
                        updates.times().get(row),
                        updates.diffs().get(row));
            }
            try (Updates rebuilt = buffer.takeUpdates()) {
                assertThat(InlineParts.encode(rebuilt, format, part.desc(), part.index()))
                        .as(place)
                        .isEqualTo(bytes);
            }
        }
    }

    /** Of the rows and of the columns, which say the same. */
    private static <T> List<T> values(Codec<T> codec, Updates updates, boolean keys)
            throws Exception {
        List<T> ofRows = new ArrayList<>();
        List<T> ofColumns = new ArrayList<>();
        Updates.RowColumns rows = updates.rows();
        Updates.StructuredColumns columns = updates.structured();
        for (int row = 0; row < updates.count(); row++) {
            if (rows != null) {
                VarBinaryVector vector = keys ? rows.keys() : rows.vals();
                ofRows.add(codec.decode(Bytes.takeArray(vector.get(row))));
            }
            if (columns != null) {
                ofColumns.add(codec.reader(keys ? columns.keys() : columns.vals()).value(row));
            }
        }
        if (rows != null && columns != null) {
            assertThat(ofRows).isEqualTo(ofColumns);
        }
        return rows == null ? ofColumns : ofRows;
    }
}
