package io.persist.part;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.TestVectors;
import io.persist.codec.Vectors;
import io.persist.part.Updates.RowColumns;
import io.persist.part.Updates.StructuredColumns;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;

/** Parts of random types and values, whole and damaged. */
class RandomPartsTest {
    private static final List<String> COMPRESSIONS =
            List.of("none", "snappy", "lz4", "zstd-1", "gzip-1");

    static Updates random(Random random, int rows, BufferAllocator allocator) {
        List<Long> times = new ArrayList<>();
        List<Long> diffs = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            times.add(random.nextBoolean() ? random.nextLong() : random.nextInt(3));
            diffs.add(1L + random.nextInt(5));
            texts.add("x".repeat(random.nextInt(4)) + random.nextInt(20));
        }
        return new Updates(
                new RowColumns(
                        PartTests.binary(allocator, texts), PartTests.binary(allocator, texts)),
                new StructuredColumns(
                        column(random, rows, allocator), column(random, rows, allocator)),
                PartTests.longs(allocator, times),
                PartTests.longs(allocator, diffs));
    }

    private static FieldVector column(Random random, int rows, BufferAllocator allocator) {
        Field field = TestVectors.randomField("any", random, 4);
        FieldType type = new FieldType(false, field.getType(), null);
        FieldVector vector = Vectors.create(new Field("any", type, field.getChildren()), allocator);
        TestVectors.fill(vector, rows, random);
        return vector;
    }

    static ParquetSettings settings(Random random) {
        String compression = COMPRESSIONS.get(random.nextInt(COMPRESSIONS.size()));
        return new ParquetSettings(Compression.parse(compression), random.nextBoolean());
    }

    @Property(seed = "20261124", tries = 200)
    void partsOfAnyTypeRoundTrip(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        try (BufferAllocator allocator = new RootAllocator();
                Updates updates = random(random, 1 + random.nextInt(200), allocator)) {
            ParquetSettings settings = settings(random);
            Bytes file = ParquetParts.encode(updates, PartFormat.BOTH, PartTests.USER, 3, settings);
            assertThat(ParquetParts.encode(updates, PartFormat.BOTH, PartTests.USER, 3, settings))
                    .isEqualTo(file);
            try (DecodedPart part = ParquetParts.decode(file, allocator)) {
                PartTests.assertSame(part.updates(), updates);
            }
            Bytes inline = InlineParts.encode(updates, PartFormat.BOTH, PartTests.USER, 3);
            try (DecodedPart part = InlineParts.decode(inline, allocator)) {
                PartTests.assertSame(part.updates(), updates);
            }
        }
    }

    /** Enough rows for several pages, and dictionaries that grow too large on the way. */
    @ParameterizedTest
    @ValueSource(strings = {"few", "growing", "many", "empty", "one long"})
    void partsOfManyPagesRoundTrip(String kind) throws Exception {
        IntFunction<String> text =
                switch (kind) {
                    case "few" -> i -> "value " + i % 100;
                    case "growing" -> i -> i < 30_000 ? "a" : "a value of some length " + i;
                    case "many" -> i -> "a value of some length " + i;
                    case "empty" -> i -> "";
                    default -> i -> i == 25_000 ? "long".repeat(1_000_000) : "short";
                };
        List<String> texts = new ArrayList<>();
        List<Long> times = new ArrayList<>();
        List<Long> diffs = new ArrayList<>();
        for (int i = 0; i < 90_000; i++) {
            texts.add(text.apply(i));
            times.add(kind.equals("many") ? i * 1_000_003L : 5L);
            diffs.add(i % 7 + 1L);
        }
        try (BufferAllocator allocator = new RootAllocator();
                Updates updates = PartTests.strings(allocator, texts, texts, times, diffs)) {
            for (boolean dictionary : new boolean[] {true, false}) {
                Bytes file =
                        ParquetParts.encode(
                                updates,
                                PartFormat.BOTH,
                                PartTests.USER,
                                0,
                                new ParquetSettings(Compression.parse("snappy"), dictionary));
                try (DecodedPart part = ParquetParts.decode(file, allocator)) {
                    PartTests.assertSame(part.updates(), updates);
                }
            }
        }
    }

    /** Our parts carry a checksum: no changed byte ever gives other rows. */
    @Test
    void noChangedByteOfOurPartsGivesOtherRows() throws Exception {
        Random random = new Random(5);
        try (BufferAllocator allocator = new RootAllocator();
                Updates updates = random(random, 12, allocator)) {
            byte[] good =
                    ParquetParts.encode(
                                    updates,
                                    PartFormat.BOTH,
                                    PartTests.USER,
                                    0,
                                    ParquetSettings.DEFAULT)
                            .toArray();
            int survived = 0;
            for (int at = 0; at < good.length; at++) {
                for (int bit = 0; bit < 8; bit++) {
                    byte[] bad = good.clone();
                    bad[at] ^= (byte) (1 << bit);
                    try (DecodedPart part = ParquetParts.decode(Bytes.takeArray(bad), allocator)) {
                        PartTests.assertSame(part.updates(), updates);
                        survived++;
                    } catch (CorruptDataException expected) {
                        assertThat(expected.getMessage()).contains("expected");
                    }
                }
            }
            // Only the key of the checksum's own entry can change unnoticed.
            assertThat(survived).isLessThan(8 * 40);
        }
    }

    @Test
    void noTruncatedOrExtendedPartIsRead() throws Exception {
        for (String format : List.of("row", "both_v2", "structured")) {
            Bytes good = ParquetPartsTest.worked(format);
            try (BufferAllocator allocator = new RootAllocator()) {
                for (int length = 0; length < good.length(); length++) {
                    assertCorrupt(good.slice(0, length), allocator);
                    assertCorrupt(good.slice(length + 1, good.length() - length - 1), allocator);
                }
            }
        }
    }

    private static void assertCorrupt(Bytes file, BufferAllocator allocator) {
        boolean read = true;
        try {
            ParquetParts.decode(file, allocator).close();
        } catch (CorruptDataException expected) {
            read = false;
        }
        assertThat(read).isFalse();
    }

    /** Without a checksum damage may go unseen, but never ends in anything else. */
    @Test
    void damagedForeignPartsAreCorruptOrReadButNothingElse() throws Exception {
        for (String format : List.of("row", "both_v2", "structured")) {
            byte[] good = ParquetPartsTest.worked(format).toArray();
            for (int at = 0; at < good.length; at++) {
                for (int value : new int[] {0, 1, 2, 0x15, 0x19, 0x7f, 0x80, 0xff}) {
                    byte[] bad = good.clone();
                    bad[at] = (byte) value;
                    decodeOrReject(bad);
                    bad[at] = (byte) (good[at] ^ value);
                    decodeOrReject(bad);
                }
            }
        }
    }

    /** Two bytes changed in files of all types, without the checksum that would notice it. */
    @Property(seed = "20261124", tries = 150)
    void damagedPartsOfAnyTypeAreCorruptOrReadButNothingElse(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] good;
        try (BufferAllocator allocator = new RootAllocator();
                Updates updates = random(random, 1 + random.nextInt(40), allocator)) {
            good =
                    ParquetParts.encode(
                                    updates, PartFormat.BOTH, PartTests.USER, 3, settings(random))
                            .toArray();
        }
        disableChecksum(good);
        for (int i = 0; i < 100; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            decodeOrReject(bad);
        }
    }

    private static void disableChecksum(byte[] file) {
        String text = new String(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        file[text.lastIndexOf("flink-connector-persist:crc32")] = 'x';
    }

    private static void decodeOrReject(byte[] file) {
        // A small file must not take much memory whatever it claims.
        try (BufferAllocator allocator = new RootAllocator(64 << 20)) {
            try (DecodedPart part = ParquetParts.decode(Bytes.takeArray(file), allocator)) {
                assertThat(part.updates().count()).isPositive();
            } catch (CorruptDataException expected) {
                assertThat(expected.getMessage()).contains("expected");
            }
        }
    }
}
