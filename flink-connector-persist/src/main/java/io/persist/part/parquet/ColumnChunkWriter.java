package io.persist.part.parquet;

import org.apache.arrow.vector.FieldVector;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.PageEncodingStats;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Util;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes one leaf as a column chunk: data pages of version 2, PLAIN or with a dictionary. The rows
 * come in pieces, each of which ends with its last page; the dictionary grows from one to the next,
 * and once it is too large the pages that follow are PLAIN. Not thread safe.
 */
final class ColumnChunkWriter {
    private static final int PAGE_BYTES = 1 << 20;
    private static final int PAGE_ROWS = 20_000;

    private final SchemaNode leaf;
    private final List<String> path;
    private final PageMemory memory;
    private final FileSink file;
    private final boolean firstPageDecides;
    private final List<FileSink.Range> pages = new ArrayList<>();
    private @Nullable DictionaryEncoder dictionary;
    private boolean dictionaryOpen;
    private int dictionaryPages;
    private int plainPages;
    private long entries;
    private long uncompressedSize;

    /**
     * @param path of the leaf in the file
     * @param plan for its values
     * @param memory shared with other leaves of the same file
     */
    ColumnChunkWriter(
            SchemaNode leaf, List<String> path, LeafPlan plan, PageMemory memory, FileSink file) {
        this.leaf = leaf;
        this.path = path;
        this.memory = memory;
        this.file = file;
        this.firstPageDecides = plan.isWhole();
        this.dictionaryOpen = plan.useDictionary();
        this.dictionary = plan.useDictionary() ? new DictionaryEncoder(plan.width()) : null;
    }

    /** A piece of the chunk. */
    private record Piece(Levels levels, ValueSource source) {}

    /** A range of level entries of a piece, and the rows they make. */
    private record PageRange(int entry, int entryEnd, int rows) {
        int entries() {
            return entryEnd - entry;
        }
    }

    /** Appends the values of {@code vector}. */
    void append(Levels levels, FieldVector vector) {
        Piece piece = new Piece(levels, ValueSource.of(leaf, vector, memory.raw, memory.offsets));
        entries += levels.count();
        PageRange range = new PageRange(0, 0, 0);
        while (range.entryEnd() < levels.count()) {
            range = nextRange(piece, range.entryEnd());
            long start = file.position();
            writePage(piece, range);
            addPage(new FileSink.Range(start, file.position()));
        }
    }

    private void addPage(FileSink.Range page) {
        int last = pages.size() - 1;
        if (last >= 0 && pages.get(last).to() == page.from()) {
            pages.set(last, new FileSink.Range(pages.get(last).from(), page.to()));
        } else {
            pages.add(page);
        }
    }

    /**
     * Ends the chunk and describes it.
     *
     * @param start where it will begin in the file
     * @param order to which its bytes are added
     */
    ColumnMetaData finish(long start, List<FileSink.Range> order) {
        long dataStart = start;
        if (dictionary != null) {
            long from = file.position();
            writeDictionary(dictionary);
            order.add(new FileSink.Range(from, file.position()));
            dataStart += file.position() - from;
        }
        order.addAll(pages);
        long dataSize = pages.stream().mapToLong(FileSink.Range::length).sum();
        ColumnMetaData meta =
                new ColumnMetaData(
                        leaf.physicalOrThrow(),
                        encodings(),
                        path,
                        memory.codec(),
                        entries,
                        uncompressedSize,
                        dataStart + dataSize - start,
                        dataStart);
        if (dictionary != null) {
            meta.setDictionary_page_offset(start);
        }
        meta.setEncoding_stats(encodingStats());
        return meta;
    }

    private static PageRange nextRange(Piece piece, int entry) {
        Levels levels = piece.levels;
        if (levels.rep() == null) {
            return nextFlatRange(piece, entry);
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
                bytes += piece.source.slotBytes(slot, slot + 1);
            }
            end++;
        }
        return new PageRange(entry, end, rows);
    }

    /** The same without lists, where entries are rows and slots. */
    private static PageRange nextFlatRange(Piece piece, int entry) {
        int end = Math.min(piece.levels.count(), entry + PAGE_ROWS);
        int low = entry + 1;
        while (low < end) {
            int middle = (low + end) >>> 1;
            if (piece.source.slotBytes(entry, middle) + middle - entry >= PAGE_BYTES) {
                end = middle;
            } else {
                low = middle + 1;
            }
        }
        return new PageRange(entry, end, end - entry);
    }

    private void writePage(Piece piece, PageRange range) {
        ValueSource.PageSlots slots = memory.slots;
        piece.levels.pick(range.entry(), range.entryEnd(), slots);
        piece.source.load(slots);
        memory.levels.clear();
        int repBytes = writeLevels(piece.levels.rep(), leaf.rep(), 0, range);
        int defBytes = writeLevels(piece.levels.def(), leaf.def(), leaf.def(), range) - repBytes;
        boolean indexed = dictionaryOpen && encodeIndexes(piece.source);
        DataPageHeaderV2 data =
                new DataPageHeaderV2(
                        range.entries(),
                        range.entries() - slots.count(),
                        range.rows(),
                        indexed ? Encoding.RLE_DICTIONARY : Encoding.PLAIN,
                        defBytes,
                        repBytes);
        if (indexed) {
            dictionaryPages++;
            writeEncoded(data);
            return;
        }
        plainPages++;
        int size = piece.source.plainSize(slots);
        if (!memory.compresses()) {
            data.setIs_compressed(false);
            startPage(data, size, size);
            ByteSink straight = file.room(size);
            if (straight != null) {
                piece.source.encodePlain(slots, straight);
                return;
            }
        }
        memory.plain.clear();
        memory.plain.reserve(size);
        piece.source.encodePlain(slots, memory.plain);
        if (memory.compresses()) {
            writeEncoded(data);
        } else {
            file.write(memory.plain);
        }
    }

    /** Writes a page of the values in memory, compressed if that makes them fewer. */
    private void writeEncoded(DataPageHeaderV2 data) {
        ByteSink plain = memory.plain;
        ByteSink body = plain;
        if (memory.compresses() && plain.size() > 0) {
            memory.compress();
            body = memory.packed.size() < plain.size() ? memory.packed : plain;
        }
        data.setIs_compressed(body != plain);
        startPage(data, plain.size(), body.size());
        file.write(body);
    }

    /** Writes everything of a page but its values. */
    private void startPage(DataPageHeaderV2 data, int plainSize, int bodySize) {
        ByteSink levels = memory.levels;
        PageHeader page =
                new PageHeader(
                        PageType.DATA_PAGE_V2,
                        Math.addExact(levels.size(), plainSize),
                        levels.size() + bodySize);
        page.setData_page_header_v2(data);
        writeHeader(page);
        file.write(levels);
        uncompressedSize += levels.size() + plainSize;
    }

    /** Appends levels of a page to those in memory; returns the size of these. */
    private int writeLevels(byte @Nullable [] levels, int max, int uniform, PageRange range) {
        if (max > 0) {
            int width = RunLengthEncoder.bitWidth(max);
            if (levels == null) {
                RunLengthEncoder.encodeRun(uniform, range.entries(), width, memory.levels);
            } else {
                int[] values = memory.indexes(range.entries());
                for (int i = 0; i < range.entries(); i++) {
                    values[i] = levels[range.entry() + i];
                }
                RunLengthEncoder.encode(values, 0, range.entries(), width, memory.levels);
            }
        }
        return memory.levels.size();
    }

    /**
     * Encodes the indexes of the values of a page, if their dictionary is still small enough. Where
     * no more pieces were expected the first page decides if it is worth it.
     */
    private boolean encodeIndexes(ValueSource source) {
        DictionaryEncoder open = dictionary;
        if (open == null) {
            throw new AssertionError("open, but missing");
        }
        ValueBuffer page = memory.page(open.values().width());
        source.gather(memory.slots, page);
        int count = memory.slots.count();
        int[] found = memory.indexes(count);
        if (open.encode(page, found)) {
            ByteSink plain = memory.plain;
            plain.clear();
            int width = RunLengthEncoder.bitWidth(Math.max(0, open.values().count() - 1));
            plain.write(width);
            RunLengthEncoder.encode(found, 0, count, width, plain);
            if (!firstPageDecides
                    || dictionaryPages > 0
                    || open.values().plainSize() + plain.size() <= page.plainSize()
                    || count == 0) {
                return true;
            }
        }
        dictionaryOpen = false;
        if (dictionaryPages == 0) {
            dictionary = null;
        }
        return false;
    }

    private void writeDictionary(DictionaryEncoder written) {
        memory.plain.clear();
        written.values().encodePlain(memory.plain);
        memory.compress();
        PageHeader page =
                new PageHeader(PageType.DICTIONARY_PAGE, memory.plain.size(), memory.packed.size());
        DictionaryPageHeader values =
                new DictionaryPageHeader(written.values().count(), Encoding.PLAIN);
        values.setIs_sorted(false);
        page.setDictionary_page_header(values);
        writeHeader(page);
        uncompressedSize += memory.plain.size();
        file.write(memory.packed);
    }

    private void writeHeader(PageHeader header) {
        memory.head.clear();
        try {
            Util.writePageHeader(header, memory.head);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        uncompressedSize += memory.head.size();
        file.write(memory.head);
    }

    private List<Encoding> encodings() {
        List<Encoding> encodings = new ArrayList<>();
        if (plainPages > 0 || dictionary != null) {
            encodings.add(Encoding.PLAIN); // of the dictionary page, too
        }
        encodings.add(Encoding.RLE);
        if (dictionaryPages > 0) {
            encodings.add(Encoding.RLE_DICTIONARY);
        }
        return encodings;
    }

    private List<PageEncodingStats> encodingStats() {
        List<PageEncodingStats> stats = new ArrayList<>();
        if (dictionary != null) {
            stats.add(new PageEncodingStats(PageType.DICTIONARY_PAGE, Encoding.PLAIN, 1));
        }
        if (plainPages > 0) {
            stats.add(new PageEncodingStats(PageType.DATA_PAGE_V2, Encoding.PLAIN, plainPages));
        }
        if (dictionaryPages > 0) {
            stats.add(
                    new PageEncodingStats(
                            PageType.DATA_PAGE_V2, Encoding.RLE_DICTIONARY, dictionaryPages));
        }
        return stats;
    }
}
