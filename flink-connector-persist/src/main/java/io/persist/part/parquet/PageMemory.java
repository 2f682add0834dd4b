package io.persist.part.parquet;

import org.apache.parquet.format.CompressionCodec;

import java.util.HashMap;
import java.util.Map;

/**
 * What the leaves of a file share while they write pages in turn: the compressor, and memory that
 * holds nothing from one page to the next. Not thread safe.
 */
final class PageMemory {
    private final PageCodec codec;
    private final PageCompressor compressor;

    /** Header and levels of a page. */
    final ByteSink head = new ByteSink(1 << 10);

    final ByteSink levels = new ByteSink(1 << 10);

    /** Encoded values, not compressed. */
    final ByteSink plain = new ByteSink(1 << 16);

    final ByteSink packed = new ByteSink(1 << 10);

    /** Of the {@link ValueSource} of the leaf whose turn it is. */
    final ByteSink raw = new ByteSink(1 << 16);

    final ByteSink offsets = new ByteSink(1 << 16);
    final ValueSource.PageSlots slots = new ValueSource.PageSlots();
    private final Map<Integer, ValueBuffer> pages = new HashMap<>();
    private int[] indexes = new int[DictionaryEncoder.SAMPLE];

    PageMemory(PageCodec codec) {
        this.codec = codec;
        this.compressor = PageCompressor.of(codec);
    }

    CompressionCodec codec() {
        return codec.codec();
    }

    boolean compresses() {
        return codec() != CompressionCodec.UNCOMPRESSED;
    }

    /** An empty page of values of a width. */
    ValueBuffer page(int width) {
        ValueBuffer page = pages.computeIfAbsent(width, ValueBuffer::new);
        page.clear();
        return page;
    }

    int[] indexes(int count) {
        if (indexes.length < count) {
            indexes = new int[Math.max(count, 2 * indexes.length)];
        }
        return indexes;
    }

    /** Makes {@link #packed} the compressed form of {@link #plain}. */
    void compress() {
        packed.clear();
        compressor.compress(plain.array(), 0, plain.size(), packed);
    }

    /** Frees what is not on the heap; pages may still follow. */
    void release() {
        compressor.release();
    }
}
