package io.persist.part.parquet;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;

import io.airlift.compress.Compressor;
import io.airlift.compress.lz4.Lz4Compressor;
import io.airlift.compress.snappy.SnappyCompressor;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Compresses pages, the same input always to the same bytes. Not thread safe. */
abstract class PageCompressor {
    private PageCompressor() {}

    /** Appends the compressed form of {@code length} bytes. */
    abstract void compress(byte[] source, int offset, int length, ByteSink out);

    /** Frees memory that was kept from one page to the next; more pages may follow. */
    void release() {}

    /**
     * @throws IllegalArgumentException for codecs that are not written
     * @throws IllegalStateException if the library for the codec is missing
     */
    static PageCompressor of(PageCodec codec) {
        return switch (codec.codec()) {
            case UNCOMPRESSED -> new None();
            case SNAPPY -> new Block(new SnappyCompressor());
            case LZ4_RAW -> new Block(new Lz4Compressor());
            case ZSTD -> new Zstandard(codec.level());
            case GZIP -> new Gzip(codec.level());
            case BROTLI -> new Brotli(codec.level());
            case LZO, LZ4 ->
                    throw new IllegalArgumentException(
                            "codec " + codec.codec() + " is not written");
        };
    }

    private static final class None extends PageCompressor {
        @Override
        void compress(byte[] source, int offset, int length, ByteSink out) {
            out.write(source, offset, length);
        }
    }

    private static final class Block extends PageCompressor {
        private final Compressor compressor;

        Block(Compressor compressor) {
            this.compressor = compressor;
        }

        @Override
        void compress(byte[] source, int offset, int length, ByteSink out) {
            int room = compressor.maxCompressedLength(length);
            byte[] target = out.reserve(room);
            out.advance(compressor.compress(source, offset, length, target, out.size(), room));
        }
    }

    private static final class Zstandard extends PageCompressor {
        private final int level;

        /** Off-heap; costs more to make than a small page to compress. */
        private @Nullable ZstdCompressCtx context;

        Zstandard(int level) {
            this.level = level;
        }

        @Override
        void compress(byte[] source, int offset, int length, ByteSink out) {
            ZstdCompressCtx open = context;
            if (open == null) {
                open = new ZstdCompressCtx();
                context = open;
                open.setLevel(level);
            }
            int room = Math.toIntExact(Zstd.compressBound(length));
            byte[] target = out.reserve(room);
            int size = open.compressByteArray(target, out.size(), room, source, offset, length);
            out.advance(size);
        }

        @Override
        void release() {
            if (context != null) {
                context.close();
                context = null;
            }
        }
    }

    private static final class Gzip extends PageCompressor {
        /** Deflate, no flags, no time, no hints, unknown system: nothing that varies. */
        private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

        private final int level;

        Gzip(int level) {
            this.level = level;
        }

        @Override
        void compress(byte[] source, int offset, int length, ByteSink out) {
            out.write(HEADER, 0, HEADER.length);
            Deflater deflater = new Deflater(level, true);
            try {
                deflater.setInput(source, offset, length);
                deflater.finish();
                while (!deflater.finished()) {
                    byte[] target = out.reserve(1 << 12);
                    out.advance(deflater.deflate(target, out.size(), target.length - out.size()));
                }
            } finally {
                deflater.end();
            }
            CRC32 crc = new CRC32();
            crc.update(source, offset, length);
            out.writeInt((int) crc.getValue());
            out.writeInt(length);
        }
    }

    private static final class Brotli extends PageCompressor {
        private final int level;

        Brotli(int level) {
            if (!BrotliLibrary.isPresent()) {
                throw new IllegalStateException(
                        "writing brotli needs com.aayushatharva.brotli4j with its native library"
                                + " on the class path; choose another compression or add it");
            }
            this.level = level;
        }

        @Override
        void compress(byte[] source, int offset, int length, ByteSink out) {
            byte[] compressed = BrotliLibrary.compress(source, offset, length, level);
            out.write(compressed, 0, compressed.length);
        }
    }

    /** The optional native library for writing brotli. Reading it needs no native code. */
    private static final class BrotliLibrary {
        private BrotliLibrary() {}

        static boolean isPresent() {
            try {
                return Brotli4jLoader.isAvailable();
            } catch (NoClassDefFoundError absent) {
                return false;
            }
        }

        static byte[] compress(byte[] source, int offset, int length, int level) {
            Encoder.Parameters parameters = new Encoder.Parameters().setQuality(level);
            try {
                byte[] page = Arrays.copyOfRange(source, offset, offset + length);
                return Encoder.compress(page, parameters);
            } catch (IOException e) {
                throw new IllegalStateException("brotli cannot compress " + length + " bytes", e);
            }
        }
    }
}
