package io.persist.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.relation.NamedCodecs;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationColumn;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.RelationDescEncoding;
import io.persist.codec.relation.ScalarType;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.UUID;

class CodecsTest {
    private static final ShardId SHARD =
            new ShardId(UUID.fromString("00000000-0000-0000-0000-000000000001"));

    private static <T> void roundTrips(Codec<T> codec, List<T> values) throws CorruptDataException {
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector = Vectors.create(codec.structuredField("k_s"), allocator)) {
            ColumnAppender<T> appender = codec.appender(vector);
            long bytes = 0;
            for (int i = 0; i < values.size(); i++) {
                bytes += appender.append(i, values.get(i));
            }
            appender.finish(values.size());
            assertThat(vector.getValueCount()).isEqualTo(values.size());
            assertThat(GoodBytes.of(vector)).isEqualTo(bytes);
            ColumnReader<T> reader = codec.reader(vector);
            for (int i = 0; i < values.size(); i++) {
                assertThat(reader.value(i)).isEqualTo(values.get(i));
                assertThat(codec.decode(codec.encode(values.get(i)))).isEqualTo(values.get(i));
            }
        }
    }

    @Property(seed = "20261124")
    void bytesRoundTrip(@ForAll List<byte[]> values) throws CorruptDataException {
        roundTrips(Codecs.BYTES, values.stream().map(Bytes::copyOf).toList());
    }

    @Test
    void valuesRoundTrip() throws CorruptDataException {
        roundTrips(Codecs.STRING, List.of("", "\0", "é", "\ud83d\udd74", "x".repeat(10_000)));
        roundTrips(Codecs.UNIT, List.of(Unit.UNIT, Unit.UNIT));
        roundTrips(Codecs.SHARD_ID, List.of(SHARD));
    }

    @Test
    void rowBytesAreTheTextItself() {
        assertThat(Codecs.STRING.encode("é").hex()).isEqualTo("c3a9");
        assertThat(Codecs.SHARD_ID.encode(SHARD).utf8())
                .isEqualTo("s00000000-0000-0000-0000-000000000001");
        assertThat(Codecs.UNIT.encode(Unit.UNIT)).isEqualTo(Bytes.EMPTY);
    }

    @Test
    void badValuesAndBytesAreRefused() {
        assertThatThrownBy(() -> Codecs.STRING.encode("\udd74\ud83d"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unpaired surrogate");
        for (String hex : List.of("80", "c0af", "e08080", "eda080", "f4908080", "e282", "ff")) {
            assertThatThrownBy(() -> Codecs.STRING.decode(Bytes.fromHex(hex)))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage("not UTF-8: " + hex);
        }
        assertThatThrownBy(() -> Codecs.UNIT.decode(Bytes.fromHex("00")))
                .isInstanceOf(CorruptDataException.class);
        assertThatThrownBy(() -> Codecs.SHARD_ID.decode(Bytes.utf8("s1")))
                .isInstanceOf(CorruptDataException.class)
                .hasMessage("shard id 's1'");
    }

    @Test
    void vectorsOfAnotherTypeAndNullsAreRefused() throws CorruptDataException {
        try (BufferAllocator allocator = new RootAllocator();
                VarCharVector texts = new VarCharVector("k_s", allocator)) {
            texts.setNull(0);
            texts.setValueCount(1);
            assertThatThrownBy(() -> Codecs.BYTES.reader(texts))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageStartingWith("codec Vec<u8> reads Binary, found");
            assertThatThrownBy(() -> Codecs.UNIT.reader(texts))
                    .isInstanceOf(CorruptDataException.class);
            assertThatThrownBy(() -> Codecs.BYTES.appender(texts))
                    .isInstanceOf(IllegalArgumentException.class);
            ColumnReader<String> reader = Codecs.STRING.reader(texts);
            assertThatThrownBy(() -> reader.value(0))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage("null at row 0 of a String column");
        }
    }

    @Test
    void codecsAreFoundByTheNamesThatShardsRecord() throws CorruptDataException {
        assertThat(NamedCodecs.byName("String", Bytes.EMPTY)).isSameAs(Codecs.STRING);
        assertThat(NamedCodecs.byName("Vec<u8>", Bytes.EMPTY)).isSameAs(Codecs.BYTES);
        assertThat(NamedCodecs.byName("()", Bytes.EMPTY)).isSameAs(Codecs.UNIT);
        assertThat(NamedCodecs.byName("ShardId", Bytes.EMPTY)).isSameAs(Codecs.SHARD_ID);
        RelationDesc desc =
                RelationDesc.of(List.of(new RelationColumn("a", new ScalarType.Text(), true)));
        Bytes schema = RelationDescEncoding.encode(desc);
        Codec<?> codec = NamedCodecs.byName("protobuf[SourceData]", schema);
        assertThat(((RelationCodec<?>) codec).desc()).isEqualTo(desc);
        assertThat(codec.schema()).isEqualTo(schema);
        assertThatThrownBy(() -> NamedCodecs.byName("protobuf[Row]", Bytes.EMPTY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no codec named 'protobuf[Row]'");
        assertThatThrownBy(() -> NamedCodecs.byName("String", schema))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageStartingWith("schema of codec String must be empty");
    }

    @Test
    void dataTypesOfSimpleCodecsAreTheRegisteredBytes() {
        assertThat(dataType(Codecs.STRING)).isEqualTo("0a00");
        assertThat(dataType(Codecs.BYTES)).isEqualTo("1200");
        assertThat(dataType(Codecs.UNIT)).isEqualTo("820100");
        assertThat(dataType(Codecs.SHARD_ID)).isEqualTo("0a00");
    }

    private static String dataType(Codec<?> codec) {
        return Bytes.takeArray(DataTypeEncoding.toProto(codec.structuredField("k_s")).toByteArray())
                .hex();
    }
}
