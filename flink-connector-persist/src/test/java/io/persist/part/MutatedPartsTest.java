package io.persist.part;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Parts of which bytes were changed, lost, added or moved: they are corrupt or give the same rows,
 * nothing else is thrown, and they take no more memory than files of their size may.
 */
class MutatedPartsTest {
    private static final int SPLICES = 1500;
    private static final long MAX_OFF_HEAP = 16 << 20;
    private static final long MAX_HEAP = 16 << 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private interface Decoder {
        DecodedPart decode(Bytes encoded, BufferAllocator allocator) throws CorruptDataException;
    }

    /** Every byte with other bits, every end cut off, every beginning, and pieces moved about. */
    private static void mutations(byte[] good, Random random, Consumer<byte[]> check) {
        for (int at = 0; at < good.length; at++) {
            byte[] flipped = good.clone();
            flipped[at] ^= (byte) (1 + random.nextInt(255));
            check.accept(flipped);
            check.accept(Arrays.copyOf(good, at));
            check.accept(Arrays.copyOfRange(good, at + 1, good.length));
        }
        for (int i = 0; i < SPLICES; i++) {
            check.accept(spliced(good, random));
        }
    }

    /** A piece replaced by another one, or by noise; either may be empty. */
    private static byte[] spliced(byte[] good, Random random) {
        int from = random.nextInt(good.length + 1);
        int to = from + length(good.length - from, random);
        byte[] piece;
        if (random.nextInt(4) == 0) {
            piece = new byte[length(64, random)];
            random.nextBytes(piece);
        } else {
            int start = random.nextInt(good.length + 1);
            piece = Arrays.copyOfRange(good, start, start + length(good.length - start, random));
        }
        byte[] bad = new byte[from + piece.length + good.length - to];
        System.arraycopy(good, 0, bad, 0, from);
        System.arraycopy(piece, 0, bad, from, piece.length);
        System.arraycopy(good, to, bad, from + piece.length, good.length - to);
        return bad;
    }

    /** Mostly short. */
    private static int length(int max, Random random) {
        int bound = random.nextInt(3) == 0 ? max : Math.min(max, 8);
        return random.nextInt(bound + 1);
    }

    /** Rows that come out are those of {@code original}, if it is given. */
    private static void assertCorruptOrSame(Decoder decoder, byte[] bad, Updates original) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try (BufferAllocator allocator = new RootAllocator(MAX_OFF_HEAP)) {
            try (DecodedPart part = decoder.decode(Bytes.takeArray(bad), allocator)) {
                assertThat(part.updates().count()).isPositive();
                if (original != null) {
                    PartTests.assertSame(part.updates(), original);
                }
            } catch (CorruptDataException expected) {
                assertThat(expected).hasMessageMatching("(?s).+");
            }
        }
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(MAX_HEAP);
    }

    @ParameterizedTest
    @EnumSource
    void ourPartsAreCorruptOrTheSameWhateverHappensToTheirBytes(PartFormat format) {
        Random random = new Random(17);
        for (String compression :
                List.of("none", "snappy", "lz4", "zstd-1", "gzip-1", "brotli-1")) {
            try (BufferAllocator allocator = new RootAllocator();
                    Updates updates = RandomPartsTest.random(random, 30, allocator)) {
                ParquetSettings settings =
                        new ParquetSettings(Compression.parse(compression), random.nextBoolean());
                byte[] good =
                        ParquetParts.encode(updates, format, PartTests.USER, 0, settings).toArray();
                try (DecodedPart original = ParquetParts.decode(Bytes.takeArray(good), allocator)) {
                    mutations(
                            good,
                            random,
                            bad ->
                                    assertCorruptOrSame(
                                            ParquetParts::decode, bad, original.updates()));
                }
            } catch (CorruptDataException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Those of the original carry no checksum, so that other rows cannot be told. */
    @ParameterizedTest
    @ValueSource(strings = {"row", "both_v2", "structured"})
    void foreignPartsAreCorruptOrRead(String format) throws Exception {
        byte[] good = ParquetPartsTest.worked(format).toArray();
        mutations(
                good, new Random(18), bad -> assertCorruptOrSame(ParquetParts::decode, bad, null));
    }

    /** Whoever holds inline parts guards their bytes; see the log of a shard. */
    @Test
    void inlinePartsAreCorruptOrRead() {
        Random random = new Random(19);
        for (PartFormat format : PartFormat.values()) {
            for (int rows : new int[] {1, 5, 40}) {
                byte[] good;
                try (BufferAllocator allocator = new RootAllocator();
                        Updates updates = RandomPartsTest.random(random, rows, allocator)) {
                    good = InlineParts.encode(updates, format, PartTests.USER, 0).toArray();
                }
                mutations(good, random, bad -> assertCorruptOrSame(InlineParts::decode, bad, null));
            }
        }
    }
}
