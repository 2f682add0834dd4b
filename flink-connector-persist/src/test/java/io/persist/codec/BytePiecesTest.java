package io.persist.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Bytes in several pieces behave as those in one. */
final class BytePiecesTest {
    @Property(tries = 300)
    void piecesBehaveAsOne(
            @ForAll @Size(max = 5) List<byte[]> arrays,
            @ForAll @IntRange(max = 30) int from,
            @ForAll @IntRange(max = 30) int length) {
        ByteBuffer joined =
                ByteBuffer.allocate(arrays.stream().mapToInt(array -> array.length).sum());
        arrays.forEach(joined::put);
        Bytes one = Bytes.takeArray(joined.array());
        List<Bytes> list = new ArrayList<>();
        arrays.forEach(array -> list.add(Bytes.takeArray(array)));

        Bytes pieces = Bytes.concat(list);

        assertThat(pieces).isEqualTo(one).hasSameHashCodeAs(one).isEqualByComparingTo(one);
        assertThat(one).isEqualTo(pieces);
        assertThat(one.compareTo(pieces)).isZero();
        assertThat(pieces.length()).isEqualTo(one.length());
        assertThat(pieces.isEmpty()).isEqualTo(one.isEmpty());
        assertThat(pieces.toArray()).isEqualTo(one.toArray());
        assertThat(pieces.asByteBuffer()).isEqualTo(one.asByteBuffer());
        assertThat(pieces.hex()).isEqualTo(one.hex());
        assertThat(pieces.utf8()).isEqualTo(one.utf8());
        assertThat(pieces.isUtf8()).isEqualTo(one.isUtf8());
        assertThat(pieces).hasToString(one.toString());
        for (int i = 0; i < one.length(); i++) {
            assertThat(pieces.at(i)).isEqualTo(one.at(i));
        }
        int start = Math.min(from, one.length());
        int count = Math.min(length, one.length() - start);
        assertThat(pieces.slice(start, count)).isEqualTo(one.slice(start, count));
        assertThat(pieces).isNotEqualTo(Bytes.concat(List.of(one, Bytes.fromHex("00"))));
    }

    @Test
    void whatLiesOutsideIsRefused() {
        Bytes pieces = Bytes.concat(List.of(Bytes.utf8("ab"), Bytes.utf8("c")));

        assertThatThrownBy(() -> pieces.at(3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> pieces.slice(2, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> pieces.copyTo(new byte[3], 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }
}
