package io.persist.batch.columns;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.ArrayDataEncoding;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.ColumnReader;
import io.persist.codec.CorruptDataException;
import io.persist.codec.StructuredOrder;
import io.persist.codec.Unit;
import io.persist.codec.relation.RandomRelations;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.SourceData;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.part.Compression;
import io.persist.part.DecodedPart;
import io.persist.part.InlineParts;
import io.persist.part.ParquetParts;
import io.persist.part.ParquetSettings;
import io.persist.part.PartFormat;
import io.persist.part.Updates;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Rows of all types, nested at random, keep their values wherever parts carry them. */
final class NestedRelationsTest {
    private static final Description DESC =
            new Description(Antichain.of(0), Antichain.empty(), Antichain.of(0));

    private static Updates updates(
            RelationCodec<SourceData> codec, List<SourceData> rows, BufferAllocator allocator) {
        PartBuffer<SourceData, Unit> buffer =
                new PartBuffer<>(codec, Codecs.UNIT, PartFormat.BOTH, allocator);
        for (SourceData row : rows) {
            buffer.add(row, Unit.UNIT, 7, 1);
        }
        return buffer.takeUpdates();
    }

    private static List<SourceData> rows(RelationDesc desc, Random random) {
        List<SourceData> rows = new ArrayList<>();
        for (int i = 1 + random.nextInt(40); i > 0; i--) {
            boolean again = !rows.isEmpty() && random.nextInt(5) == 0;
            rows.add(
                    again
                            ? rows.get(random.nextInt(rows.size()))
                            : RandomRelations.row(desc, random));
        }
        return rows;
    }

    private static void holds(
            RelationCodec<SourceData> codec, FieldVector keys, List<SourceData> expected)
            throws CorruptDataException {
        assertThat(keys.getValueCount()).isEqualTo(expected.size());
        ColumnReader<SourceData> reader = codec.reader(keys);
        for (int i = 0; i < expected.size(); i++) {
            // By row bytes, in which all NaNs are equal and zeros are not.
            assertThat(codec.encode(reader.value(i))).isEqualTo(codec.encode(expected.get(i)));
        }
    }

    @Property(seed = "20261124", tries = 300)
    void partsKeepRowsAndColumns(@ForAll long seed) throws CorruptDataException {
        Random random = new Random(seed);
        RelationDesc desc = RandomRelations.desc(random);
        RelationCodec<SourceData> codec = RelationCodec.of(desc);
        List<SourceData> rows = rows(desc, random);
        ParquetSettings settings = new ParquetSettings(Compression.NONE, random.nextBoolean());
        try (BufferAllocator allocator = new RootAllocator();
                Updates updates = updates(codec, rows, allocator)) {
            FieldVector keys = updates.structured().keys();
            holds(codec, keys, rows);
            Bytes columns = ArrayDataEncoding.encode(keys, 0, rows.size());
            Bytes file = ParquetParts.encode(updates, PartFormat.BOTH, DESC, 0, settings);
            Bytes inline = InlineParts.encode(updates, PartFormat.BOTH, DESC, 0);
            try (DecodedPart fromFile = ParquetParts.decode(file, allocator);
                    DecodedPart fromInline = InlineParts.decode(inline, allocator)) {
                for (DecodedPart part : List.of(fromFile, fromInline)) {
                    FieldVector decoded = part.updates().structured().keys();
                    holds(codec, decoded, rows);
                    assertThat(ArrayDataEncoding.encode(decoded, 0, rows.size()))
                            .isEqualTo(columns);
                }
                assertThat(
                                ParquetParts.encode(
                                        fromInline.updates(), PartFormat.BOTH, DESC, 0, settings))
                        .isEqualTo(file);
            }
        }
    }

    @Property(seed = "20261124", tries = 300)
    void chosenRowsAreCopiedAndAppended(@ForAll long seed) throws CorruptDataException {
        Random random = new Random(seed);
        RelationDesc desc = RandomRelations.desc(random);
        RelationCodec<SourceData> codec = RelationCodec.of(desc);
        List<SourceData> rows = rows(desc, random);
        int[] chosen = random.ints(random.nextInt(50), 0, rows.size()).toArray();
        List<SourceData> expected = new ArrayList<>();
        for (int row : chosen) {
            expected.add(rows.get(row));
        }
        try (BufferAllocator allocator = new RootAllocator();
                Updates updates = updates(codec, rows, allocator);
                FieldVector gathered =
                        Gather.rows(updates.structured().keys(), chosen, allocator)) {
            holds(codec, gathered, expected);
            Gather.append(gathered, updates.structured().keys());
            expected.addAll(rows);
            holds(codec, gathered, expected);
            try (Updates direct = updates(codec, expected, allocator)) {
                int count = expected.size();
                assertThat(ArrayDataEncoding.encode(gathered, 0, count))
                        .isEqualTo(ArrayDataEncoding.encode(direct.structured().keys(), 0, count));
            }
        }
    }

    @Property(seed = "20261124", tries = 300)
    void equalInTheOrderMeansEqualRows(@ForAll long seed) {
        Random random = new Random(seed);
        RelationDesc desc = RandomRelations.desc(random);
        RelationCodec<SourceData> codec = RelationCodec.of(desc);
        List<SourceData> rows = rows(desc, random);
        try (BufferAllocator allocator = new RootAllocator();
                Updates updates = updates(codec, rows, allocator)) {
            FieldVector keys = updates.structured().keys();
            StructuredOrder order = StructuredOrder.of(keys, keys);
            RowOrder sorted =
                    new RowOrder(keys, updates.structured().vals(), new long[rows.size()]);
            for (int i = 0; i < rows.size(); i++) {
                for (int j = 0; j < rows.size(); j++) {
                    int compared = Integer.signum(order.compare(i, j));
                    assertThat(Integer.signum(order.compare(j, i))).isEqualTo(-compared);
                    assertThat(Integer.signum(sorted.compare(i, j))).isEqualTo(compared);
                    assertThat(compared == 0)
                            .isEqualTo(codec.encode(rows.get(i)).equals(codec.encode(rows.get(j))));
                }
            }
        }
    }
}
