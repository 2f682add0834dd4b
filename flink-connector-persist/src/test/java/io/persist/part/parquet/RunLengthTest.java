package io.persist.part.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.CorruptDataException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;

import java.util.Random;

class RunLengthTest {
    @Property(seed = "20261124")
    void runsAndPackedGroupsOfAnyWidthRoundTrip(
            @ForAll @IntRange(max = 31) int width,
            @ForAll @IntRange(max = 200) int count,
            @ForAll long seed)
            throws Exception {
        Random random = new Random(seed);
        int[] values = new int[count];
        int value = 0;
        for (int i = 0; i < count; i++) {
            if (random.nextInt(6) == 0 || i < seed % 20) {
                value = width == 0 ? 0 : random.nextInt() >>> (32 - width);
            }
            values[i] = value;
        }
        ByteSink out = new ByteSink(1);
        RunLengthEncoder.encode(values, 0, count, width, out);
        int[] decoded = new int[count + 2];
        RunLengthDecoder.decode(slice(out), width, decoded, 1, count, "values");
        for (int i = 0; i < count; i++) {
            assertThat(decoded[i + 1]).isEqualTo(values[i]);
        }
        assertThat(decoded[0]).isZero();
        assertThat(decoded[count + 1]).isZero();
    }

    @Test
    void widthIsThatOfTheGreatestValue() {
        assertThat(RunLengthEncoder.bitWidth(0)).isZero();
        assertThat(RunLengthEncoder.bitWidth(1)).isEqualTo(1);
        assertThat(RunLengthEncoder.bitWidth(4)).isEqualTo(3);
    }

    @Test
    void unusedEndOfTheLastGroupMayBeMissing() throws Exception {
        // One group of eight 3-bit values 0 to 7, of which two are wanted and one byte is there.
        int[] decoded = new int[2];
        RunLengthDecoder.decode(
                new Slice(new byte[] {3, (byte) 0x88}, 0, 2, "here"), 3, decoded, 0, 2, "values");
        assertThat(decoded).containsExactly(0, 1);
    }

    @Test
    void endlessAndEmptyRunsAreCorrupt() {
        for (byte[] bytes :
                new byte[][] {
                    {}, {0, 1}, {1}, {4}, {3}, {(byte) 0x80}, {-1, -1, -1, -1, -1, -1, 1}
                }) {
            assertThatThrownBy(
                            () ->
                                    RunLengthDecoder.decode(
                                            new Slice(bytes, 0, bytes.length, "here"),
                                            3,
                                            new int[9],
                                            0,
                                            9,
                                            "values"))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("here");
        }
    }

    private static Slice slice(ByteSink out) {
        return new Slice(out.array(), 0, out.size(), "here");
    }
}
