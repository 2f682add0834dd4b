package io.persist.part;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.persist.codec.ArrayDataEncoding;
import io.persist.codec.Bytes;
import io.persist.codec.StructuredOrder;
import io.persist.testing.GoldenFacts;
import io.persist.testing.GoldenShards;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

class KeyLowerEncodingTest {
    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void everythingIsClosed() {
        allocator.close();
    }

    /** The facts in the states of the original client, from the parts that they are of. */
    @Test
    void boundsAndSumsOfGoldenPartsAreThoseOfTheirWriter_B37_B39() throws Exception {
        int found = 0;
        for (GoldenShards.Shard shard : GoldenShards.all()) {
            JsonNode expected = shard.expected();
            int maxBytes = GoldenFacts.keyLowerBytes(expected);
            JsonNode batches = expected.path("inspect").path("batches");
            for (JsonNode parts : batches.findValues("parts")) {
                for (JsonNode entry : parts) {
                    if (entry.path("kind").asText().equals("hollow")) {
                        assertBounds(shard, entry, maxBytes);
                        found++;
                    }
                }
            }
        }
        if (GoldenShards.isComplete()) {
            assertThat(found).isGreaterThan(150);
        }
    }

    private void assertBounds(GoldenShards.Shard shard, JsonNode entry, int maxBytes)
            throws Exception {
        String place = shard + " " + entry;
        Bytes blob = shard.blob(shard.shard() + "/" + entry.path("key").asText());
        try (DecodedPart part = ParquetParts.decode(blob, allocator)) {
            Updates updates = part.updates();
            assertThat(updates.diffsSum()).as(place).isEqualTo(entry.path("diffs_sum").asLong());
            if (updates.rows() != null) {
                assertThat(KeyLowerEncoding.ofRows(updates.rows().keys()).hex())
                        .as(place)
                        .isEqualTo(entry.path("key_lower").asText());
            }
            if (updates.structured() != null) {
                Bytes stored = GoldenShards.bytes(entry.path("structured_key_lower"));
                Bytes bound = KeyLowerEncoding.ofColumn(updates.structured().keys(), maxBytes);
                assertThat(bound == null).as(place).isEqualTo(stored == null);
                if (stored != null) {
                    assertSameArray(bound, stored, place);
                }
            }
        }
    }

    /** Byte for byte, but for bits of validity behind the only row, which the original leaves. */
    private void assertSameArray(Bytes actual, Bytes expected, String place) throws Exception {
        assertThat(actual).as(place).isNotNull();
        assertThat(actual.length()).as(place).isEqualTo(expected.length());
        try (FieldVector found = ArrayDataEncoding.decode(actual, "k_s", allocator);
                FieldVector wanted = ArrayDataEncoding.decode(expected, "k_s", allocator)) {
            PartTests.assertSame(found, wanted);
        }
    }

    @Test
    void rowBoundIsTheLeastKeyCutTo100Bytes() {
        String longKey = "a".repeat(120);
        try (VarBinaryVector keys =
                        PartTests.binary(allocator, List.of("b", longKey, "\u00e9", "a\u0000b"));
                VarBinaryVector onlyLong = PartTests.binary(allocator, List.of("b", longKey));
                VarBinaryVector none = PartTests.binary(allocator, List.of())) {
            assertThat(KeyLowerEncoding.ofRows(keys)).isEqualTo(Bytes.utf8("a\u0000b"));
            assertThat(KeyLowerEncoding.ofRows(onlyLong)).isEqualTo(Bytes.utf8("a".repeat(100)));
            assertThat(KeyLowerEncoding.ofRows(none)).isEqualTo(Bytes.EMPTY);
        }
    }

    @Test
    void textThatDoesNotFitHasNoBound() {
        try (VarCharVector keys = PartTests.text(allocator, List.of("x".repeat(300)))) {
            assertThat(KeyLowerEncoding.ofColumn(keys, 256)).isNull();
            assertThat(KeyLowerEncoding.ofColumn(keys, 1000)).isNotNull();
            assertThat(KeyLowerEncoding.ofColumn(keys, 0)).isNull();
        }
    }

    /** A struct of a number, a struct of two texts, and a text, under every budget. */
    @Test
    void structsLoseTrailingFieldsUntilTheyFit() throws Exception {
        Field text = Field.notNullable("t", ArrowType.Utf8.INSTANCE);
        Field inner =
                new Field(
                        "s",
                        FieldType.nullable(ArrowType.Struct.INSTANCE),
                        List.of(text, Field.notNullable("u", ArrowType.Utf8.INSTANCE)));
        Field outer =
                new Field(
                        "k_s",
                        FieldType.notNullable(ArrowType.Struct.INSTANCE),
                        List.of(Field.notNullable("n", new ArrowType.Int(64, true)), inner, text));
        try (StructVector keys = (StructVector) outer.createVector(allocator)) {
            keys.allocateNew();
            ((BigIntVector) keys.getChild("n")).setSafe(0, 7);
            StructVector nested = (StructVector) keys.getChild("s");
            for (FieldVector child :
                    List.of(nested.getChild("t"), nested.getChild("u"), keys.getChild("t"))) {
                ((VarCharVector) child).setSafe(0, "0123456789".getBytes(US_ASCII));
            }
            nested.setIndexDefined(0);
            keys.setIndexDefined(0);
            keys.setValueCount(1);
            Set<String> shapes = new LinkedHashSet<>();
            for (int budget = 200; budget > 0; budget--) {
                Bytes bound = KeyLowerEncoding.ofColumn(keys, budget);
                if (bound == null) {
                    shapes.add("none");
                    continue;
                }
                assertThat(bound.length()).isLessThanOrEqualTo(budget);
                try (FieldVector decoded = ArrayDataEncoding.decode(bound, "k_s", allocator)) {
                    assertThat(StructuredOrder.of(decoded, keys).compare(0, 0))
                            .isLessThanOrEqualTo(0);
                    shapes.add(decoded.getField().getChildren().toString());
                }
            }
            assertThat(shapes)
                    .contains(
                            "[n: Int(64, true) not null, s: Struct<t: Utf8 not null, u: Utf8 not"
                                    + " null>, t: Utf8 not null]",
                            "[n: Int(64, true) not null, s: Struct<t: Utf8 not null, u: Utf8 not"
                                    + " null>]",
                            "[n: Int(64, true) not null, s: Struct<t: Utf8 not null>]",
                            "[n: Int(64, true) not null]",
                            "none");
        }
    }
}
