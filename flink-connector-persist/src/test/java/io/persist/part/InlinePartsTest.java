package io.persist.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.testing.GoldenShards;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;

class InlinePartsTest {
    private static final String DESC = "0a0c0a030a010012001a030a0100";
    private static final String ROWS =
            "08031204000102031a0331323322040003060b2a0b6f6e6574776f7468726565";
    private static final String TIMES = "32030102033a03010101";
    private static final String KEYS =
            "42210a020a00100322120a100000000001000000020000000300000022050a03313233";
    private static final String VALS =
            "4a290a020a00100322120a100000000003000000060000000b000000220d0a0b"
                    + "6f6e6574776f7468726565";

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void everythingIsClosed() {
        allocator.close();
    }

    @Test
    void formsAreTheWorkedExampleByteForByte() throws Exception {
        try (Updates updates = PartTests.example(allocator)) {
            assertForm(updates, PartFormat.ROW, DESC + "1a2a" + ROWS + TIMES);
            assertForm(updates, PartFormat.BOTH, DESC + "1a78" + ROWS + TIMES + KEYS + VALS);
            assertForm(updates, PartFormat.STRUCTURED, DESC + "1a5a0803" + TIMES + KEYS + VALS);
        }
    }

    private void assertForm(Updates updates, PartFormat format, String hex) throws Exception {
        Bytes bytes = InlineParts.encode(updates, format, PartTests.USER, 0);
        assertThat(bytes.hex()).isEqualTo(hex);
        try (DecodedPart part = InlineParts.decode(bytes, allocator)) {
            assertThat(part.desc()).isEqualTo(PartTests.USER);
            assertThat(part.updates().rows() != null).isEqualTo(format != PartFormat.STRUCTURED);
            assertThat(part.updates().structured() != null).isEqualTo(format != PartFormat.ROW);
            assertThat(InlineParts.encode(part.updates(), format, part.desc(), part.index()))
                    .isEqualTo(bytes);
        }
    }

    @Test
    void goldenPartsEncodeToTheSameBytes() throws Exception {
        int found = 0;
        for (GoldenShards.Shard shard : GoldenShards.all()) {
            JsonNode batches = shard.expected().path("inspect").path("batches");
            for (JsonNode proto : batches.findValues("proto")) {
                Bytes bytes = Bytes.fromHex(proto.asText());
                try (DecodedPart part = InlineParts.decode(bytes, allocator)) {
                    Updates updates = part.updates();
                    PartFormat format =
                            updates.structured() == null
                                    ? PartFormat.ROW
                                    : updates.rows() == null
                                            ? PartFormat.STRUCTURED
                                            : PartFormat.BOTH;
                    assertThat(InlineParts.encode(updates, format, part.desc(), part.index()))
                            .as(shard.name())
                            .isEqualTo(bytes);
                }
                found++;
            }
        }
        if (GoldenShards.isComplete()) {
            assertThat(found).isGreaterThan(100);
        }
    }

    @Test
    void offsetsNeedNotBeginAtZeroNorUseAllData() throws Exception {
        // Offsets 1 2 3 4 into "x123yy"; values as in the example.
        Bytes bytes =
                Bytes.fromHex(
                        DESC
                                + "1a2d"
                                + "080312040102030"
                                + "41a06783132337979"
                                + "22040003060b2a0b6f6e6574776f7468726565"
                                + TIMES);
        try (Updates expected = PartTests.example(allocator);
                DecodedPart part = InlineParts.decode(bytes, allocator)) {
            PartTests.assertSame(part.updates().rows().keys(), expected.rows().keys());
            PartTests.assertSame(part.updates().rows().vals(), expected.rows().vals());
        }
    }

    @Test
    void halfOfTheStructuredColumnsDoesNotCount() throws Exception {
        Bytes rows = Bytes.fromHex(DESC + "1a4d" + ROWS + TIMES + KEYS);
        try (DecodedPart part = InlineParts.decode(rows, allocator)) {
            assertThat(part.updates().structured()).isNull();
        }
        assertCorrupt(DESC + "1a2f0803" + TIMES + KEYS, "found neither");
    }

    @Test
    void contradictionsAreCorrupt() {
        assertCorrupt("1a2a" + ROWS + TIMES, "description");
        assertCorrupt(DESC, "updates");
        assertCorrupt("0a0a0a030a01001a030a0100" + "1a2a" + ROWS + TIMES, "without upper");
        assertCorrupt(DESC + "1a00", "at least one");
        assertCorrupt(DESC + "1a2a" + ROWS.replace("0803", "0804") + TIMES, "for 4");
        assertCorrupt(DESC + "1a2a" + ROWS.replace("120400010203", "120400020103") + TIMES, "k");
        assertCorrupt(DESC + "1a2a" + ROWS.replace("120400010203", "120400010204") + TIMES, "k");
        assertCorrupt(DESC + "1a2a" + ROWS.replace("22040003060b", "22040003060c") + TIMES, "v");
        assertCorrupt("ff", "protobuf");
    }

    private void assertCorrupt(String hex, String message) {
        assertThatThrownBy(() -> InlineParts.decode(Bytes.fromHex(hex), allocator))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("inline part")
                .hasMessageContaining(message);
    }

    @Test
    void emptyPartsAndBrokenRulesAreNotWritten() {
        try (Updates none =
                        PartTests.strings(allocator, List.of(), List.of(), List.of(), List.of());
                Updates zero =
                        PartTests.strings(
                                allocator, List.of("k"), List.of("v"), List.of(1L), List.of(0L))) {
            for (Updates updates : List.of(none, zero)) {
                assertThatThrownBy(
                                () ->
                                        InlineParts.encode(
                                                updates, PartFormat.BOTH, PartTests.USER, 0))
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void changedBytesNeverEndInAnotherException() throws Exception {
        byte[] good;
        try (Updates updates = PartTests.example(allocator)) {
            good = InlineParts.encode(updates, PartFormat.BOTH, PartTests.USER, 7).toArray();
        }
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            try (DecodedPart part = InlineParts.decode(Bytes.takeArray(bad), allocator)) {
                assertThat(part.updates().count()).isPositive();
            } catch (CorruptDataException expected) {
                assertThat(expected).hasMessageContaining("inline part");
            }
        }
    }
}
