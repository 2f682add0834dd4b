package io.persist.part.parquet;

import org.apache.arrow.vector.FieldVector;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.PageEncodingStats;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes one leaf as a column chunk: data pages of version 2, PLAIN or with a dictionary. Holds the
 * scratch memory for all chunks of a file; not thread safe.
 */
final class ColumnChunkWriter {
    private static final int PAGE_BYTES = 1 << 20;
    private static final int PAGE_ROWS = 20_000;

    private final PageCodec codec;
    private final PageCompressor compressor;
    private final boolean useDictionary;
    private final ByteSink pages = new ByteSink(1 << 16);
    private final ByteSink levelBytes = new ByteSink(1 << 10);
    private final ByteSink plain = new ByteSink(1 << 16);
    private final ByteSink packed = new ByteSink(1 << 16);
    private int[] indexes = new int[1 << 10];

    ColumnChunkWriter(PageCodec codec, boolean useDictionary) {
        this.codec = codec;
        this.compressor = PageCompressor.of(codec);
        this.useDictionary = useDictionary;
    }

    /** State of the chunk being written. */
    private static final class Chunk {
        final SchemaNode leaf;
        final Levels levels;
        final ValueSource source;
        final ValueBuffer page;
        @Nullable DictionaryEncoder dictionary;
        boolean dictionaryOpen;
        int dictionaryPages;
        int plainPages;
        long uncompressedSize;

        Chunk(SchemaNode leaf, Levels levels, FieldVector vector, boolean useDictionary) {
            this.leaf = leaf;
            this.levels = levels;
            source = ValueSource.of(leaf, vector, levels.valueSlots());
            page = new ValueBuffer(source.width());
            dictionaryOpen = useDictionary && leaf.physical() != Type.BOOLEAN;
            dictionary = dictionaryOpen ? new DictionaryEncoder(source.width()) : null;
        }
    }

    /** A range of a chunk: level entries and values. */
    private record PageRange(int entry, int entryEnd, int value, int valueEnd, int rows) {}

    /** Appends the chunk to {@code file}; path and offsets are those of {@code file}. */
    ColumnMetaData write(
            SchemaNode leaf, Levels levels, FieldVector vector, List<String> path, ByteSink file) {
        Chunk chunk = new Chunk(leaf, levels, vector, useDictionary);
        pages.clear();
        PageRange range = new PageRange(0, 0, 0, 0, 0);
        while (range.entryEnd() < levels.count()) {
            range = nextRange(chunk, range);
            writePage(chunk, range);
        }
        int start = file.size();
        DictionaryEncoder dictionary = chunk.dictionary;
        if (dictionary != null) {
            writeDictionary(chunk, dictionary, file);
        }
        int dataStart = file.size();
        file.write(pages);
        ColumnMetaData meta =
                new ColumnMetaData(
                        leaf.physicalOrThrow(),
                        encodings(chunk),
                        path,
                        codec.codec(),
                        levels.count(),
                        chunk.uncompressedSize,
                        file.size() - start,
                        dataStart);
        if (dictionary != null) {
            meta.setDictionary_page_offset(start);
        }
        meta.setEncoding_stats(encodingStats(chunk));
        return meta;
    }

    private static PageRange nextRange(Chunk chunk, PageRange last) {
        Levels levels = chunk.levels;
        int[] rep = levels.rep();
        int entry = last.entryEnd();
        int value = last.valueEnd();
        int rows = 0;
        long bytes = 0;
        while (entry < levels.count()) {
            if (rep == null || rep[entry] == 0) {
                if (rows == PAGE_ROWS || bytes >= PAGE_BYTES) {
                    break;
                }
                rows++;
            }
            bytes++; // its levels, roughly
            if (levels.isDefined(entry)) {
                bytes += chunk.source.plainSize(value++);
            }
            entry++;
        }
        return new PageRange(last.entryEnd(), entry, last.valueEnd(), value, rows);
    }

    private void writePage(Chunk chunk, PageRange range) {
        chunk.page.clear();
        chunk.source.gather(range.value(), range.valueEnd(), chunk.page);
        levelBytes.clear();
        int repBytes = writeLevels(chunk.levels.rep(), chunk.leaf.rep(), 0, range);
        int defBytes =
                writeLevels(chunk.levels.def(), chunk.leaf.def(), chunk.leaf.def(), range)
                        - repBytes;
        Encoding encoding = encodeValues(chunk);

        packed.clear();
        if (codec.codec() != CompressionCodec.UNCOMPRESSED && plain.size() > 0) {
            compressor.compress(plain.array(), 0, plain.size(), packed);
        }
        boolean compressed = packed.size() > 0 && packed.size() < plain.size();
        ByteSink body = compressed ? packed : plain;

        DataPageHeaderV2 data =
                new DataPageHeaderV2(
                        range.entryEnd() - range.entry(),
                        range.entryEnd() - range.entry() - chunk.page.count(),
                        range.rows(),
                        encoding,
                        defBytes,
                        repBytes);
        data.setIs_compressed(compressed);
        PageHeader header =
                new PageHeader(
                        PageType.DATA_PAGE_V2,
                        levelBytes.size() + plain.size(),
                        levelBytes.size() + body.size());
        header.setData_page_header_v2(data);
        chunk.uncompressedSize += writeHeader(header, pages) + levelBytes.size() + plain.size();
        pages.write(levelBytes);
        pages.write(body);
    }

    /** Appends levels of a page to {@link #levelBytes}; returns its size. */
    private int writeLevels(int @Nullable [] levels, int max, int uniform, PageRange range) {
        if (max > 0) {
            int width = RunLengthEncoder.bitWidth(max);
            if (levels == null) {
                RunLengthEncoder.encodeRun(
                        uniform, range.entryEnd() - range.entry(), width, levelBytes);
            } else {
                RunLengthEncoder.encode(levels, range.entry(), range.entryEnd(), width, levelBytes);
            }
        }
        return levelBytes.size();
    }

    /** Encodes the values of a page into {@link #plain}. */
    private Encoding encodeValues(Chunk chunk) {
        plain.clear();
        DictionaryEncoder dictionary = chunk.dictionary;
        if (chunk.dictionaryOpen && dictionary != null) {
            if (encodeIndexes(chunk, dictionary)) {
                chunk.dictionaryPages++;
                return Encoding.RLE_DICTIONARY;
            }
            chunk.dictionaryOpen = false;
            if (chunk.dictionaryPages == 0) {
                chunk.dictionary = null;
            }
            plain.clear();
        }
        chunk.page.encodePlain(chunk.leaf.physical() == Type.BOOLEAN, plain);
        chunk.plainPages++;
        return Encoding.PLAIN;
    }

    /** Whether the page is in {@link #plain} now. The first page decides if it is worth it. */
    private boolean encodeIndexes(Chunk chunk, DictionaryEncoder dictionary) {
        int count = chunk.page.count();
        if (indexes.length < count) {
            indexes = new int[count];
        }
        if (!dictionary.encode(chunk.page, indexes)) {
            return false;
        }
        int width = RunLengthEncoder.bitWidth(Math.max(0, dictionary.values().count() - 1));
        plain.write(width);
        RunLengthEncoder.encode(indexes, 0, count, width, plain);
        return chunk.dictionaryPages > 0
                || dictionary.values().plainSize() + plain.size() <= chunk.page.plainSize()
                || count == 0;
    }

    private void writeDictionary(Chunk chunk, DictionaryEncoder dictionary, ByteSink file) {
        plain.clear();
        dictionary.values().encodePlain(false, plain);
        packed.clear();
        compressor.compress(plain.array(), 0, plain.size(), packed);
        PageHeader header = new PageHeader(PageType.DICTIONARY_PAGE, plain.size(), packed.size());
        DictionaryPageHeader page =
                new DictionaryPageHeader(dictionary.values().count(), Encoding.PLAIN);
        page.setIs_sorted(false);
        header.setDictionary_page_header(page);
        chunk.uncompressedSize += writeHeader(header, file) + plain.size();
        file.write(packed);
    }

    private static int writeHeader(PageHeader header, ByteSink out) {
        int before = out.size();
        try {
            Util.writePageHeader(header, out);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return out.size() - before;
    }

    private static List<Encoding> encodings(Chunk chunk) {
        List<Encoding> encodings = new ArrayList<>();
        if (chunk.plainPages > 0 || chunk.dictionary != null) {
            encodings.add(Encoding.PLAIN); // of the dictionary page, too
        }
        encodings.add(Encoding.RLE);
        if (chunk.dictionaryPages > 0) {
            encodings.add(Encoding.RLE_DICTIONARY);
        }
        return encodings;
    }

    private static List<PageEncodingStats> encodingStats(Chunk chunk) {
        List<PageEncodingStats> stats = new ArrayList<>();
        if (chunk.dictionary != null) {
            stats.add(new PageEncodingStats(PageType.DICTIONARY_PAGE, Encoding.PLAIN, 1));
        }
        if (chunk.plainPages > 0) {
            stats.add(
                    new PageEncodingStats(PageType.DATA_PAGE_V2, Encoding.PLAIN, chunk.plainPages));
        }
        if (chunk.dictionaryPages > 0) {
            stats.add(
                    new PageEncodingStats(
                            PageType.DATA_PAGE_V2, Encoding.RLE_DICTIONARY, chunk.dictionaryPages));
        }
        return stats;
    }
}
