package io.persist.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.part.PartFooter.Layout;
import io.persist.part.parquet.PageCodec;
import io.persist.part.parquet.ParquetReader;
import io.persist.part.parquet.ParquetWriter;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.NullVector;
import org.apache.parquet.format.CompressionCodec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

class ParquetPartsTest {
    private static final ParquetSettings PLAIN = new ParquetSettings(Compression.NONE, false);

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void everythingIsClosed() {
        allocator.close();
    }

    static Bytes worked(String format) throws IOException {
        String name = "/parquet/worked-" + format + ".parquet";
        try (InputStream in = ParquetPartsTest.class.getResourceAsStream(name)) {
            return Bytes.takeArray(Objects.requireNonNull(in, name).readAllBytes());
        }
    }

    @ParameterizedTest
    @CsvSource({"row,true,false", "both_v2,true,true", "structured,false,true"})
    void workedExamplesOfTheOriginalDecode(String format, boolean rows, boolean structured)
            throws Exception {
        try (Updates expected = PartTests.example(allocator);
                DecodedPart part = ParquetParts.decode(worked(format), allocator)) {
            assertThat(part.desc()).isEqualTo(PartTests.USER);
            assertThat(part.index()).isZero();
            PartTests.assertSame(
                    part.updates(),
                    new Updates(
                            rows ? expected.rows() : null,
                            structured ? expected.structured() : null,
                            expected.times(),
                            expected.diffs()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ROW,CAISDAoDCgEAEgAaAwoBAA==",
        "BOTH,CAMSDAoDCgEAEgAaAwoBACAC",
        "STRUCTURED,CAMSDAoDCgEAEgAaAwoBACAD"
    })
    void footerEntryIsTheWorkedExample(PartFormat format, String entry) throws Exception {
        try (Updates updates = PartTests.example(allocator)) {
            Bytes file = ParquetParts.encode(updates, format, PartTests.USER, 0, PLAIN);
            assertThat(ParquetReader.open(file).metadata("MZ:inline")).isEqualTo(entry);
        }
    }

    /** Without compression and dictionary the pages are those of the original, byte for byte. */
    @ParameterizedTest
    @CsvSource({"ROW,row", "BOTH,both_v2", "STRUCTURED,structured"})
    void pagesAreTheWorkedExample(PartFormat format, String name) throws Exception {
        try (Updates updates = PartTests.example(allocator)) {
            Bytes ours = ParquetParts.encode(updates, format, PartTests.USER, 0, PLAIN);
            Bytes theirs = worked(name);
            int columns = ParquetReader.open(ours).columnNames().size();
            int pages = 4 + (columns / 2 - 1) * (37 + 45) + 46 + 46;
            assertThat(ours.slice(0, pages)).isEqualTo(theirs.slice(0, pages));
        }
    }

    @ParameterizedTest
    @EnumSource(PartFormat.class)
    void fullDescriptionsAndIndexesRoundTrip(PartFormat format) throws Exception {
        Description desc =
                new Description(Antichain.of(1), Antichain.of(-1L), Antichain.of(Long.MIN_VALUE));
        try (Updates updates = PartTests.example(allocator);
                DecodedPart part =
                        ParquetParts.decode(
                                ParquetParts.encode(
                                        updates, format, desc, 77, ParquetSettings.DEFAULT),
                                allocator)) {
            assertThat(part.desc()).isEqualTo(desc);
            assertThat(part.index()).isEqualTo(77);
        }
    }

    @Test
    void unsignedTimesAreComparedUnsigned() throws Exception {
        Description desc =
                new Description(
                        Antichain.of(Long.MAX_VALUE), Antichain.of(-1L), Antichain.minimum());
        try (Updates updates =
                PartTests.strings(
                        allocator, List.of("k"), List.of("v"), List.of(-2L), List.of(-1L))) {
            Bytes file = ParquetParts.encode(updates, PartFormat.ROW, desc, 0, PLAIN);
            try (DecodedPart part = ParquetParts.decode(file, allocator)) {
                assertThat(part.updates().times().get(0)).isEqualTo(-2L);
            }
        }
    }

    @Test
    void brokenRulesAreRefusedInBothDirections() throws Exception {
        Antichain zero = Antichain.minimum();
        assertRefused("not empty", 1, 1, new Description(Antichain.of(5), Antichain.of(5), zero));
        assertRefused("times", 1, 1, new Description(Antichain.of(2), Antichain.empty(), zero));
        assertRefused("times", 4, 1, new Description(zero, Antichain.of(4), zero));
        assertRefused("diffs", 1, 0, PartTests.USER);
        Description compacted = new Description(zero, Antichain.of(4), Antichain.of(9));
        try (Updates updates = update(9, 1)) {
            Bytes file = ParquetParts.encode(updates, PartFormat.ROW, compacted, 0, PLAIN);
            ParquetParts.decode(file, allocator).close();
        }
    }

    private Updates update(long time, long diff) {
        return PartTests.strings(
                allocator, List.of("k"), List.of("v"), List.of(time), List.of(diff));
    }

    private void assertRefused(String message, long time, long diff, Description desc) {
        try (Updates updates = update(time, diff)) {
            assertThatThrownBy(() -> ParquetParts.encode(updates, PartFormat.ROW, desc, 0, PLAIN))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(message);
            Bytes file = write(columns(updates, "k", "v", "t", "d"), footer(Layout.ROW, desc));
            assertCorrupt(file, message);
        }
    }

    @Test
    void columnsAreTakenByNameAndOthersIgnored() throws Exception {
        try (Updates updates = PartTests.example(allocator);
                IntVector other = new IntVector("x", allocator)) {
            other.allocateNew(3);
            for (int i = 0; i < 3; i++) {
                other.set(i, i);
            }
            other.setValueCount(3);
            List<ParquetWriter.Column> columns = columns(updates, "v_s", "d", "k_s", "t", "v", "k");
            columns.add(1, new ParquetWriter.Column("extra", other));
            for (Layout layout : List.of(Layout.ROW, Layout.BOTH, Layout.STRUCTURED)) {
                Bytes file = write(columns, footer(layout, PartTests.USER));
                try (DecodedPart part = ParquetParts.decode(file, allocator)) {
                    PartTests.assertSame(part.updates(), updates);
                }
            }
        }
    }

    @Test
    void oldestStructuredLayoutHasRowsOnly() throws Exception {
        try (Updates updates = PartTests.example(allocator)) {
            Bytes file =
                    write(
                            columns(updates, "k", "v", "t", "d", "k_s", "v_s"),
                            footer(Layout.OLD_BOTH, PartTests.USER));
            try (DecodedPart part = ParquetParts.decode(file, allocator)) {
                assertThat(part.updates().structured()).isNull();
                assertThat(part.updates().rows()).isNotNull();
            }
            Bytes late =
                    write(
                            columns(updates, "k_s", "v_s", "t", "d", "k", "v"),
                            footer(Layout.OLD_BOTH, PartTests.USER));
            try (DecodedPart part = ParquetParts.decode(late, allocator)) {
                assertThat(part.updates().rows()).isNull();
            }
        }
    }

    @Test
    void missingAndMistypedColumnsAreCorrupt() {
        ParquetWriter.Metadata footer = footer(Layout.BOTH, PartTests.USER);
        try (Updates updates = PartTests.example(allocator)) {
            assertCorrupt(write(columns(updates, "k", "v", "t"), footer), "one column d");
            assertCorrupt(write(columns(updates, "t", "d"), footer), "k_s and v_s, found");
            assertCorrupt(write(columns(updates, "k", "t", "d"), footer), "or neither");
            assertCorrupt(write(columns(updates, "k_s", "k", "v", "t", "d"), footer), "or neither");
            assertCorrupt(write(columns(updates, "k", "v", "t", "t", "d"), footer), "one column t");
            List<ParquetWriter.Column> text = columns(updates, "v", "t", "d");
            text.add(new ParquetWriter.Column("k", updates.structured().keys()));
            assertCorrupt(write(text, footer), "VarBinaryVector");
            List<ParquetWriter.Column> times = columns(updates, "k", "v", "d");
            times.add(new ParquetWriter.Column("t", updates.structured().keys()));
            assertCorrupt(write(times, footer), "BigIntVector");
        }
    }

    @Test
    void footerEntriesThatAreNoneAreCorrupt() {
        try (Updates updates = PartTests.example(allocator)) {
            List<ParquetWriter.Column> columns = columns(updates, "k", "v", "t", "d");
            assertCorrupt(write(columns, new ParquetWriter.Metadata("other", "")), "found none");
            // No padding, not Base64, not protobuf, formats 0 and 1, migrations none, 0 and 4.
            for (String entry :
                    List.of(
                            "CAISDAoDCgEAEgAaAwoBAA",
                            "CAIS\nDAoDCgEAEgAaAwoBAA==",
                            "/w==",
                            "EgwKAwoBABIAGgMKAQA=",
                            "CAESDAoDCgEAEgAaAwoBAA==",
                            "CAMSDAoDCgEAEgAaAwoBAA==",
                            "CAMSDAoDCgEAEgAaAwoBACAA",
                            "CAMSDAoDCgEAEgAaAwoBACAE")) {
                assertCorrupt(
                        write(columns, new ParquetWriter.Metadata("MZ:inline", entry)), "expected");
            }
        }
    }

    @Test
    void firstOfSeveralFooterEntriesCounts() throws Exception {
        try (Updates updates = PartTests.example(allocator)) {
            Bytes file =
                    ParquetWriter.plain(new PageCodec(CompressionCodec.UNCOMPRESSED, 0))
                            .write(
                                    columns(updates, "k", "v", "t", "d"),
                                    List.of(
                                            footer(Layout.ROW, PartTests.USER),
                                            new ParquetWriter.Metadata("MZ:inline", "nonsense")));
            ParquetParts.decode(file, allocator).close();
        }
    }

    @Test
    void unitColumnsAreRequiredZeros() throws Exception {
        try (Updates updates = PartTests.example(allocator);
                NullVector unit = new NullVector("v", 3)) {
            Updates withUnit =
                    new Updates(
                            null,
                            new Updates.StructuredColumns(updates.structured().keys(), unit),
                            updates.times(),
                            updates.diffs());
            for (boolean dictionary : new boolean[] {false, true}) {
                Bytes file =
                        ParquetParts.encode(
                                withUnit,
                                PartFormat.STRUCTURED,
                                PartTests.USER,
                                0,
                                new ParquetSettings(Compression.NONE, dictionary));
                try (DecodedPart part = ParquetParts.decode(file, allocator)) {
                    FieldVector vals = part.updates().structured().vals();
                    assertThat(vals).isInstanceOf(NullVector.class);
                    assertThat(vals.getValueCount()).isEqualTo(3);
                }
            }
        }
    }

    @Test
    void emptyPartsAreNotWritten() {
        try (Updates none =
                PartTests.strings(allocator, List.of(), List.of(), List.of(), List.of())) {
            assertThatThrownBy(
                            () ->
                                    ParquetParts.encode(
                                            none, PartFormat.BOTH, PartTests.USER, 0, PLAIN))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private List<ParquetWriter.Column> columns(Updates updates, String... names) {
        List<ParquetWriter.Column> columns = new ArrayList<>();
        for (String name : names) {
            FieldVector vector =
                    switch (name) {
                        case "k" -> updates.rows().keys();
                        case "v" -> updates.rows().vals();
                        case "t" -> updates.times();
                        case "d" -> updates.diffs();
                        case "k_s" -> updates.structured().keys();
                        default -> updates.structured().vals();
                    };
            columns.add(new ParquetWriter.Column(name, vector));
        }
        return columns;
    }

    private static ParquetWriter.Metadata footer(Layout layout, Description desc) {
        return new ParquetWriter.Metadata(
                "MZ:inline", PartFooterEncoding.encode(new PartFooter(layout, desc, 0)));
    }

    private static Bytes write(
            List<ParquetWriter.Column> columns, ParquetWriter.Metadata metadata) {
        return ParquetWriter.plain(new PageCodec(CompressionCodec.UNCOMPRESSED, 0))
                .write(columns, List.of(metadata));
    }

    private void assertCorrupt(Bytes file, String message) {
        assertThatThrownBy(() -> ParquetParts.decode(file, allocator))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(message);
    }
}
