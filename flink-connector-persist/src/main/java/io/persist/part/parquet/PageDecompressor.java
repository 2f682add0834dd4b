package io.persist.part.parquet;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;

import io.airlift.compress.Decompressor;
import io.airlift.compress.MalformedInputException;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.snappy.SnappyDecompressor;
import io.persist.codec.CorruptDataException;

import org.apache.parquet.format.CompressionCodec;
import org.brotli.dec.BrotliInputStream;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * Decompresses pages. What a header claims about the size is believed only as far as the codec
 * could have compressed that much into the bytes at hand.
 */
final class PageDecompressor {
    private PageDecompressor() {}

    /** The {@code size} bytes that {@code length} bytes of {@code source} decompress to. */
    static Slice decompress(CompressionCodec codec, Slice source, int size)
            throws CorruptDataException {
        if (codec == CompressionCodec.UNCOMPRESSED) {
            if (source.remaining() != size) {
                throw source.corrupt("a page of " + size + " bytes", source.remaining());
            }
            return source;
        }
        if (size == 0 && source.remaining() == 0) {
            return source;
        }
        long most = maxRatio(codec) * (long) source.remaining() + (1 << 17);
        if (size < 0 || size > most) {
            throw source.corrupt(
                    "at most " + most + " bytes from " + source.remaining() + " of " + codec, size);
        }
        try {
            byte[] page =
                    decompress(codec, source.array(), source.position(), source.remaining(), size);
            if (page.length != size) {
                throw source.corrupt("a page of " + size + " bytes", page.length);
            }
            return new Slice(page, 0, size, source.place() + " decompressed");
        } catch (ZstdException
                | MalformedInputException
                | IllegalArgumentException
                | IndexOutOfBoundsException
                | IOException e) {
            throw new CorruptDataException(
                    source.place()
                            + ": expected "
                            + size
                            + " bytes of "
                            + codec
                            + ", found "
                            + e.getMessage(),
                    e);
        }
    }

    /** How many bytes a byte can stand for. */
    private static int maxRatio(CompressionCodec codec) throws CorruptDataException {
        return switch (codec) {
            case SNAPPY -> 32; // a copy of 64 bytes takes 3
            case LZ4_RAW -> 256; // 255 per extra length byte
            case GZIP -> 1032; // the limit of deflate
            case ZSTD -> 1 << 15; // a run of 128 KiB takes 4
            case BROTLI -> 1 << 22; // 16 MiB meta-blocks; read in steps, so that output comes first
            case UNCOMPRESSED, LZO, LZ4 ->
                    throw new CorruptDataException(
                            "expected a codec that parts are compressed with, found " + codec);
        };
    }

    /** Returns fewer or more bytes than {@code size} if the input does not agree with it. */
    private static byte[] decompress(
            CompressionCodec codec, byte[] source, int offset, int length, int size)
            throws IOException {
        InputStream in = new ByteArrayInputStream(source, offset, length);
        return switch (codec) {
            case SNAPPY ->
                    SnappyDecompressor.getUncompressedLength(source, offset) == size
                            ? block(new SnappyDecompressor(), source, offset, length, size)
                            : new byte[0];
            case LZ4_RAW -> block(new Lz4Decompressor(), source, offset, length, size);
            case ZSTD -> zstd(source, offset, length, size);
            case GZIP -> readAll(new GZIPInputStream(in), size);
            case BROTLI -> readAll(new BrotliInputStream(in), size);
            case UNCOMPRESSED, LZO, LZ4 -> throw new AssertionError(codec);
        };
    }

    private static byte[] block(
            Decompressor decompressor, byte[] source, int offset, int length, int size) {
        byte[] page = new byte[size];
        int found = decompressor.decompress(source, offset, length, page, 0, size);
        if (found < 0) { // how the library says that an empty block is none
            throw new IllegalArgumentException("a malformed block");
        }
        return found == size ? page : new byte[found];
    }

    private static byte[] zstd(byte[] source, int offset, int length, int size) throws IOException {
        if (size > length * 32L) {
            InputStream in = new ByteArrayInputStream(source, offset, length);
            return readAll(new ZstdInputStreamNoFinalizer(in), size);
        }
        byte[] page = new byte[size];
        long found = Zstd.decompressByteArray(page, 0, size, source, offset, length);
        return found == size ? page : new byte[0];
    }

    private static byte[] readAll(InputStream stream, int size) throws IOException {
        try (InputStream in = stream) {
            byte[] page = new byte[Math.min(size, 1 << 16)];
            int found = 0;
            while (found < size) {
                if (found == page.length) {
                    page = Arrays.copyOf(page, (int) Math.min(size, 2L * found));
                }
                int some = in.read(page, found, page.length - found);
                if (some < 0) {
                    return Arrays.copyOf(page, found);
                }
                found += some;
            }
            return in.read() < 0 ? page : Arrays.copyOf(page, size + 1);
        }
    }
}
