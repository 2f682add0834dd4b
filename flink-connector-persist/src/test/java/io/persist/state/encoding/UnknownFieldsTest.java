package io.persist.state.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;

import io.persist.codec.CorruptDataException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.HexFormat;
import java.util.stream.Stream;

/** A field of a newer peer is written again as it was read, or refused; it is never dropped. */
class UnknownFieldsTest {
    /** Field 999 with value 1. */
    private static final ByteString UNKNOWN = hex("b83e01");

    private static final String SINCE = "0a030a0105";
    private static final String DESC = "0a030a010012030a01051a030a0100";

    static Stream<Arguments> kept() {
        return Stream.of(
                Arguments.of("leased reader", SliceEncoding.LEASED_READER, SINCE + "2001" + "2a00"),
                Arguments.of("critical reader", SliceEncoding.CRITICAL_READER, SINCE + "2200"),
                Arguments.of("rollup", SliceEncoding.ROLLUP, "0a0276" + "31"),
                Arguments.of("schemas", SliceEncoding.SCHEMAS, "1a020a00"),
                Arguments.of("hollow batch", SliceEncoding.HOLLOW_BATCH, "0a0f" + DESC),
                Arguments.of("active rollup or gc", SliceEncoding.ACTIVE_WORK, "0801"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kept")
    <V> void isKept(String name, SliceEncoding<V> encoding, String known) throws Exception {
        ByteString slice = hex(known).concat(UNKNOWN);
        ByteString again = encoding.encode(encoding.decode(slice));
        assertThat(again.toByteArray()).endsWith(UNKNOWN.toByteArray());
        assertThat(encoding.decode(again)).isEqualTo(encoding.decode(slice));
        assertThat(encoding.decode(hex(known))).isNotEqualTo(encoding.decode(slice));
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("ProtoSpineId", SliceEncoding.SPINE_ID, "1001"),
                Arguments.of("ProtoSpineBatch", SliceEncoding.SPINE_BATCH, "120f" + DESC),
                Arguments.of("ProtoMerge", SliceEncoding.MERGE, SINCE),
                Arguments.of("ProtoU64Antichain", SliceEncoding.ANTICHAIN, "0a0105"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    <V> void isRefusedWhereTheValueIsComputedWith(
            String name, SliceEncoding<V> encoding, String known) throws Exception {
        assertThat(encoding.decode(hex(known))).isNotNull();
        assertThatThrownBy(() -> encoding.decode(hex(known).concat(UNKNOWN)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(name)
                .hasMessageContaining("field 999")
                .hasMessageContaining("newer version");
    }

    private static ByteString hex(String text) {
        return ByteString.copyFrom(HexFormat.of().parseHex(text));
    }
}
