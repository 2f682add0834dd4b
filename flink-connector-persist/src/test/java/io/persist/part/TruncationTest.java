package io.persist.part;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import org.junit.jupiter.api.Test;

class TruncationTest {
    @Test
    void bytesUpperCarriesPastBytesThatCannotGrow() {
        assertThat(Truncation.bytesUpper(Bytes.fromHex("01ffff05"), 3))
                .isEqualTo(Bytes.fromHex("02"));
        assertThat(Truncation.bytesUpper(Bytes.fromHex("0102"), 2))
                .isEqualTo(Bytes.fromHex("0102"));
        assertThat(Truncation.bytesUpper(Bytes.fromHex("ffffff"), 2)).isNull();
        assertThat(Truncation.bytesUpper(Bytes.fromHex("00"), 0)).isNull();
    }

    @Test
    void textIsCutBetweenCharacters() {
        assertThat(Truncation.textLower("aéb", 2)).isEqualTo("a");
        assertThat(Truncation.textLower("aéb", 3)).isEqualTo("aé");
        assertThat(Truncation.textLower("\ud83d\ude00x", 3)).isEmpty();
        assertThat(Truncation.textLower("\ud83d\ude00x", 4)).isEqualTo("\ud83d\ude00");
    }

    @Test
    void textUpperSkipsSurrogatesAndTheLastCharacter() {
        assertThat(Truncation.textUpper("abc", 2)).isEqualTo("ac");
        assertThat(Truncation.textUpper("a\ud7ffb", 4)).isEqualTo("b");
        assertThat(Truncation.textUpper("\udbff\udfffb", 4)).isNull();
        assertThat(Truncation.textUpper("\u007fb", 1)).isEqualTo("\u0080");
        assertThat(Truncation.textUpper("éb", 1)).isNull();
    }

    @Property(seed = "20261124")
    void boundsOfBytesEncloseTheValue(
            @ForAll @Size(max = 12) byte[] value, @ForAll @IntRange(max = 12) int maxBytes) {
        Bytes bytes = Bytes.copyOf(value);
        Bytes lower = Truncation.bytesLower(bytes, maxBytes);
        Bytes upper = Truncation.bytesUpper(bytes, maxBytes);
        assertThat(lower).isLessThanOrEqualTo(bytes);
        assertThat(lower.length()).isLessThanOrEqualTo(maxBytes);
        if (upper != null) {
            assertThat(upper).isGreaterThanOrEqualTo(bytes);
            assertThat(upper.length()).isLessThanOrEqualTo(maxBytes);
        }
    }

    @Property(seed = "20261124")
    void boundsOfTextEncloseTheValue(
            @ForAll @Size(max = 12) int[] characters, @ForAll @IntRange(max = 30) int maxBytes) {
        StringBuilder value = new StringBuilder();
        for (int character : characters) {
            int point = Math.floorMod(character, Character.MAX_CODE_POINT + 1);
            value.appendCodePoint(point >= 0xd800 && point < 0xe000 ? point - 0x800 : point);
        }
        Bytes bytes = Bytes.utf8(value.toString());
        Bytes lower = Bytes.utf8(Truncation.textLower(value.toString(), maxBytes));
        String upper = Truncation.textUpper(value.toString(), maxBytes);
        assertThat(lower).isLessThanOrEqualTo(bytes);
        assertThat(lower.length()).isLessThanOrEqualTo(maxBytes);
        if (upper != null) {
            assertThat(Bytes.utf8(upper)).isGreaterThanOrEqualTo(bytes);
            assertThat(Bytes.utf8(upper).length()).isLessThanOrEqualTo(maxBytes + 3);
        }
    }
}
