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

    /** More than a page header ever takes. */
    private static final int HEADER_BYTES = 256;

    private final ByteSink pages = new ByteSink(1 << 16);
    private final ByteSink levelBytes = new ByteSink(1 << 10);
    private final ByteSink plain = new ByteSink(1 << 16);
    private final ByteSink packed = new ByteSink(1 << 16);
    private final ByteSink raw = new ByteSink(1 << 16);
    private final ByteSink offsets = new ByteSink(1 << 16);
    private final ValueSource.PageSlots slots = new ValueSource.PageSlots();
    private int[] indexes = new int[DictionaryEncoder.SAMPLE];

    ColumnChunkWriter(PageCodec codec) {
        this.codec = codec;
        this.compressor = PageCompressor.of(codec);
    }

    /** Frees what is of no use before the next file. */
    void release() {
        compressor.release();
    }

    /** State of the chunk being written. */
    private static final class Chunk {
        final SchemaNode leaf;
        final Levels levels;
        final ValueSource source;
        final ValueBuffer page;
        final FileSink file;
        @Nullable DictionaryEncoder dictionary;
        boolean dictionaryOpen;
        int dictionaryPages;
        int plainPages;
        long uncompressedSize;

        Chunk(
                SchemaNode leaf,
                Levels levels,
                ValueSource source,
                boolean useDictionary,
                FileSink file) {
            this.leaf = leaf;
            this.levels = levels;
            this.source = source;
            this.file = file;
            page = new ValueBuffer(source.width());
            dictionaryOpen = useDictionary;
            dictionary = useDictionary ? new DictionaryEncoder(source.width()) : null;
        }
    }

    /** A range of level entries of a chunk, and the rows they make. */
    private record PageRange(int entry, int entryEnd, int rows) {
        int entries() {
            return entryEnd - entry;
        }
    }

    /**
     * How a leaf will be written.
     *
     * @param useDictionary whether a dictionary is worth trying
     * @param expectedBytes roughly, uncompressed
     */
    record Plan(boolean useDictionary, long expectedBytes) {}

    /** Decides how to write a leaf, going by a sample of it. */
    Plan plan(SchemaNode leaf, FieldVector vector, boolean tryDictionary) {
        ValueSource source = ValueSource.of(leaf, vector, raw, offsets);
        int count = vector.getValueCount();
        int nulls = leaf.isNullType() ? 0 : vector.getNullCount();
        long pageBytes = HEADER_BYTES * (1L + count / PAGE_ROWS);
        long levelBytes = leaf.def() == 0 ? 0 : count / 2L;
        if (leaf.physical() == Type.BOOLEAN) {
            return new Plan(false, pageBytes + levelBytes + count / Byte.SIZE);
        }
        // Slots of nulls have no bytes but their length or width.
        long slotWidth = source.width() == 0 ? Integer.BYTES : source.width();
        long plainBytes = source.slotBytes(0, count) - nulls * slotWidth;
        long other = pageBytes + levelBytes + plainBytes / PAGE_BYTES * HEADER_BYTES;
        if (tryDictionary && count > 0) {
            long bytes =
                    DictionaryEncoder.expectedBytes(
                            sample(leaf, source, vector), indexes, count - nulls, plainBytes);
            if (bytes <= plainBytes) {
                return new Plan(true, other + bytes + bytes / 8);
            }
        }
        return new Plan(false, other + plainBytes);
    }

    /** Values from all over the vector. */
    private ValueBuffer sample(SchemaNode leaf, ValueSource source, FieldVector vector) {
        ValueBuffer sample = new ValueBuffer(source.width());
        int count = vector.getValueCount();
        int sampled = Math.min(count, DictionaryEncoder.SAMPLE);
        for (int i = 0; i < sampled; i++) {
            int slot = (int) ((long) i * count / sampled);
            if (leaf.isNullType() || !vector.isNull(slot)) {
                slots.setDense(slot, 1);
                source.load(slots);
                source.gather(slots, sample);
            }
        }
        return sample;
    }

    /** Appends the chunk to {@code file}; path and offsets are those of {@code file}. */
    ColumnMetaData write(
            SchemaNode leaf,
            Levels levels,
            FieldVector vector,
            boolean useDictionary,
            List<String> path,
            FileSink file) {
        ValueSource source = ValueSource.of(leaf, vector, raw, offsets);
        Chunk chunk = new Chunk(leaf, levels, source, useDictionary, file);
        pages.clear();
        int start = file.size();
        PageRange range = new PageRange(0, 0, 0);
        while (range.entryEnd() < levels.count()) {
            range = nextRange(chunk, range.entryEnd());
            writePage(chunk, range);
        }
        return finish(chunk, path, start);
    }

    /** Ends the chunk, which began at {@code start}, and describes it. */
    private ColumnMetaData finish(Chunk chunk, List<String> path, int start) {
        FileSink file = chunk.file;
        DictionaryEncoder dictionary = chunk.dictionary;
        if (dictionary != null) {
            writeDictionary(chunk, dictionary);
        }
        int dataStart = dictionary != null ? file.size() : start;
        file.write(pages);
        ColumnMetaData meta =
                new ColumnMetaData(
                        chunk.leaf.physicalOrThrow(),
                        encodings(chunk),
                        path,
                        codec.codec(),
                        chunk.levels.count(),
                        chunk.uncompressedSize,
                        file.size() - start,
                        dataStart);
        if (dictionary != null) {
            meta.setDictionary_page_offset(start);
        }
        meta.setEncoding_stats(encodingStats(chunk));
        return meta;
    }

    private static PageRange nextRange(Chunk chunk, int entry) {
        Levels levels = chunk.levels;
        if (levels.rep() == null) {
            return nextFlatRange(chunk, entry);
        }
        byte[] rep = levels.rep();
        int end = entry;
        int rows = 0;
        long bytes = 0;
        while (end < levels.count()) {
            if (rep[end] == 0) {
                if (rows == PAGE_ROWS || bytes >= PAGE_BYTES) {
                    break;
                }
                rows++;
            }
            bytes++; // its levels, roughly
            if (levels.isDefined(end)) {
                int slot = levels.slot(end);
                bytes += chunk.source.slotBytes(slot, slot + 1);
            }
            end++;
        }
        return new PageRange(entry, end, rows);
    }

    /** The same without lists, where entries are rows and slots. */
    private static PageRange nextFlatRange(Chunk chunk, int entry) {
        int end = Math.min(chunk.levels.count(), entry + PAGE_ROWS);
        int low = entry + 1;
        while (low < end) {
            int middle = (low + end) >>> 1;
            if (chunk.source.slotBytes(entry, middle) + middle - entry >= PAGE_BYTES) {
                end = middle;
            } else {
                low = middle + 1;
            }
        }
        return new PageRange(entry, end, end - entry);
    }

    private void writePage(Chunk chunk, PageRange range) {
        chunk.levels.pick(range.entry(), range.entryEnd(), slots);
        chunk.source.load(slots);
        levelBytes.clear();
        int repBytes = writeLevels(chunk.levels.rep(), chunk.leaf.rep(), 0, range);
        int defBytes =
                writeLevels(chunk.levels.def(), chunk.leaf.def(), chunk.leaf.def(), range)
                        - repBytes;
        boolean indexed = chunk.dictionaryOpen && encodeIndexes(chunk);
        DataPageHeaderV2 data =
                new DataPageHeaderV2(
                        range.entries(),
                        range.entries() - slots.count(),
                        range.rows(),
                        indexed ? Encoding.RLE_DICTIONARY : Encoding.PLAIN,
                        defBytes,
                        repBytes);
        if (indexed) {
            chunk.dictionaryPages++;
            writeEncoded(chunk, data, pages.reserving(pageBytes(plain.size())));
            return;
        }
        chunk.plainPages++;
        int size = chunk.source.plainSize(slots);
        if (codec.codec() == CompressionCodec.UNCOMPRESSED) {
            ByteSink out = target(chunk, size);
            data.setIs_compressed(false);
            writePageHeader(chunk, data, size, size, out);
            chunk.source.encodePlain(slots, out);
        } else {
            plain.clear();
            plain.reserve(size);
            chunk.source.encodePlain(slots, plain);
            writeEncoded(chunk, data, target(chunk, size));
        }
    }

    /**
     * Where a PLAIN page of so many bytes of values goes: behind the dictionary if there is one.
     */
    private ByteSink target(Chunk chunk, int size) {
        return chunk.dictionary != null
                ? pages.reserving(pageBytes(size))
                : chunk.file.room(pageBytes(size));
    }

    private int pageBytes(int values) {
        return Math.addExact(HEADER_BYTES + levelBytes.size(), values);
    }

    /** Appends a page of the values in {@link #plain}, compressed if that makes them fewer. */
    private void writeEncoded(Chunk chunk, DataPageHeaderV2 data, ByteSink out) {
        packed.clear();
        if (codec.codec() != CompressionCodec.UNCOMPRESSED && plain.size() > 0) {
            compressor.compress(plain.array(), 0, plain.size(), packed);
        }
        boolean compressed = packed.size() > 0 && packed.size() < plain.size();
        ByteSink body = compressed ? packed : plain;
        data.setIs_compressed(compressed);
        writePageHeader(chunk, data, plain.size(), body.size(), out);
        out.write(body);
    }

    /** Appends everything of a page but its values. */
    private void writePageHeader(
            Chunk chunk, DataPageHeaderV2 data, int plainSize, int bodySize, ByteSink out) {
        PageHeader page =
                new PageHeader(
                        PageType.DATA_PAGE_V2,
                        levelBytes.size() + plainSize,
                        levelBytes.size() + bodySize);
        page.setData_page_header_v2(data);
        chunk.uncompressedSize += writeHeader(page, out) + levelBytes.size() + plainSize;
        out.write(levelBytes);
    }

    /** Appends levels of a page to {@link #levelBytes}; returns its size. */
    private int writeLevels(byte @Nullable [] levels, int max, int uniform, PageRange range) {
        if (max > 0) {
            int width = RunLengthEncoder.bitWidth(max);
            if (levels == null) {
                RunLengthEncoder.encodeRun(uniform, range.entries(), width, levelBytes);
            } else {
                int[] values = indexes(range.entries());
                for (int i = 0; i < range.entries(); i++) {
                    values[i] = levels[range.entry() + i];
                }
                RunLengthEncoder.encode(values, 0, range.entries(), width, levelBytes);
            }
        }
        return levelBytes.size();
    }

    private int[] indexes(int count) {
        if (indexes.length < count) {
            indexes = new int[Math.max(count, 2 * indexes.length)];
        }
        return indexes;
    }

    /**
     * Encodes the indexes of the values of a page into {@link #plain}, if their dictionary is still
     * small enough. The first page decides if it is worth it.
     */
    private boolean encodeIndexes(Chunk chunk) {
        DictionaryEncoder dictionary = chunk.dictionary;
        if (dictionary == null) {
            throw new AssertionError("open, but missing");
        }
        chunk.page.clear();
        chunk.source.gather(slots, chunk.page);
        int count = slots.count();
        int[] found = indexes(count);
        if (dictionary.encode(chunk.page, found)) {
            plain.clear();
            int width = RunLengthEncoder.bitWidth(Math.max(0, dictionary.values().count() - 1));
            plain.write(width);
            RunLengthEncoder.encode(found, 0, count, width, plain);
            if (chunk.dictionaryPages > 0
                    || dictionary.values().plainSize() + plain.size() <= chunk.page.plainSize()
                    || count == 0) {
                return true;
            }
        }
        chunk.dictionaryOpen = false;
        if (chunk.dictionaryPages == 0) {
            chunk.dictionary = null;
        }
        return false;
    }

    private void writeDictionary(Chunk chunk, DictionaryEncoder dictionary) {
        plain.clear();
        dictionary.values().encodePlain(plain);
        packed.clear();
        compressor.compress(plain.array(), 0, plain.size(), packed);
        PageHeader page = new PageHeader(PageType.DICTIONARY_PAGE, plain.size(), packed.size());
        DictionaryPageHeader values =
                new DictionaryPageHeader(dictionary.values().count(), Encoding.PLAIN);
        values.setIs_sorted(false);
        page.setDictionary_page_header(values);
        ByteSink out = chunk.file.room(HEADER_BYTES + packed.size());
        chunk.uncompressedSize += writeHeader(page, out) + plain.size();
        out.write(packed);
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
