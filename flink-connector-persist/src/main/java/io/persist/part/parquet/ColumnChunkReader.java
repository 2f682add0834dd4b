package io.persist.part.parquet;

import io.persist.codec.CorruptDataException;

import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Reads one column chunk: first all page headers, which must agree with the footer and cover the
 * chunk exactly, then the pages.
 */
final class ColumnChunkReader {
    private final SchemaNode leaf;
    private final ColumnMetaData meta;
    private final int rows;
    private final Limits limits;
    private final ValueDecoder decoder;
    private final int levelCount;
    private final int @Nullable [] def;
    private final int @Nullable [] rep;
    private int entries;

    private ColumnChunkReader(
            SchemaNode leaf, ColumnMetaData meta, int rows, int levelCount, Limits limits) {
        this.leaf = leaf;
        this.meta = meta;
        this.rows = rows;
        this.limits = limits;
        this.levelCount = levelCount;
        this.decoder = new ValueDecoder(leaf, limits);
        this.def = leaf.def() > 0 ? new int[levelCount] : null;
        this.rep = leaf.rep() > 0 ? new int[levelCount] : null;
    }

    /** A data page that is not decoded yet. */
    private record Page(PageHeader header, Slice body) {
        int values() {
            return header.isSetData_page_header()
                    ? header.getData_page_header().getNum_values()
                    : header.getData_page_header_v2().getNum_values();
        }
    }

    /** Reads the chunk that {@code chunk} holds exactly. */
    static LeafData read(SchemaNode leaf, ColumnMetaData meta, Slice chunk, int rows, Limits limits)
            throws CorruptDataException {
        int levels = limits.checkLevels(chunk, meta.getNum_values());
        if (leaf.rep() == 0 ? levels != rows : levels < rows) {
            throw chunk.corrupt(
                    (leaf.rep() == 0 ? "" : "at least ") + rows + " values for the rows", levels);
        }
        List<Page> pages = new ArrayList<>();
        @Nullable Page dictionary = scan(chunk, pages);
        long total = 0;
        for (Page page : pages) {
            if (page.values() < 0) {
                throw chunk.corrupt("a page with values", page.values());
            }
            total += page.values();
        }
        if (total != levels) {
            throw chunk.corrupt(levels + " values in the pages", total);
        }
        ColumnChunkReader reader = new ColumnChunkReader(leaf, meta, rows, levels, limits);
        if (dictionary != null) {
            reader.readDictionary(dictionary);
        }
        for (Page page : pages) {
            reader.readPage(page);
        }
        return reader.finish(chunk);
    }

    /** Collects the data pages; returns the dictionary page. */
    private static @Nullable Page scan(Slice chunk, List<Page> pages) throws CorruptDataException {
        Page dictionary = null;
        while (chunk.remaining() > 0) {
            PageHeader header = ThriftReader.pageHeader(chunk);
            Slice body = chunk.take(header.getCompressed_page_size(), "a page");
            checkCrc(header, body);
            PageType type = header.getType();
            boolean complete =
                    switch (type) {
                        case DATA_PAGE -> header.isSetData_page_header();
                        case DATA_PAGE_V2 -> header.isSetData_page_header_v2();
                        case DICTIONARY_PAGE ->
                                header.isSetDictionary_page_header()
                                        && dictionary == null
                                        && pages.isEmpty();
                        case INDEX_PAGE -> true;
                    };
            if (!complete) {
                throw chunk.corrupt("a data page, or first a dictionary page", header);
            }
            if (type == PageType.DICTIONARY_PAGE) {
                dictionary = new Page(header, body);
            } else if (type != PageType.INDEX_PAGE) {
                pages.add(new Page(header, body));
            }
        }
        return dictionary;
    }

    private static void checkCrc(PageHeader header, Slice body) throws CorruptDataException {
        if (header.isSetCrc()) {
            CRC32 crc = new CRC32();
            crc.update(body.array(), body.position(), body.remaining());
            if ((int) crc.getValue() != header.getCrc()) {
                throw body.corrupt(
                        "a page with checksum " + Integer.toHexString(header.getCrc()),
                        Integer.toHexString((int) crc.getValue()));
            }
        }
    }

    private Slice decompress(Slice body, long size) throws CorruptDataException {
        limits.checkColumnBytes(body, size);
        return PageDecompressor.decompress(meta.getCodec(), body, (int) size);
    }

    private void readDictionary(Page page) throws CorruptDataException {
        DictionaryPageHeader header = page.header().getDictionary_page_header();
        Encoding encoding = header.getEncoding();
        if (encoding != Encoding.PLAIN && encoding != Encoding.PLAIN_DICTIONARY) {
            throw page.body().corrupt("a PLAIN dictionary", encoding);
        }
        if (leaf.isNullType()) {
            return;
        }
        Slice body = decompress(page.body(), page.header().getUncompressed_page_size());
        int count = header.getNum_values();
        if (count < 0) {
            throw body.corrupt("a dictionary", count + " values");
        }
        decoder.readDictionary(body, count);
    }

    private void readPage(Page page) throws CorruptDataException {
        if (page.header().getType() == PageType.DATA_PAGE) {
            readVersion1(page);
        } else {
            readVersion2(page);
        }
    }

    private void readVersion1(Page page) throws CorruptDataException {
        DataPageHeader header = page.header().getData_page_header();
        Slice body = decompress(page.body(), page.header().getUncompressed_page_size());
        if (rep != null) {
            readLevels(
                    prefixed(body, header.getRepetition_level_encoding()), rep, leaf.rep(), page);
        }
        if (def != null) {
            readLevels(
                    prefixed(body, header.getDefinition_level_encoding()), def, leaf.def(), page);
        }
        readValues(body, header.getEncoding(), page);
    }

    private static Slice prefixed(Slice body, Encoding encoding) throws CorruptDataException {
        if (encoding != Encoding.RLE) {
            throw body.corrupt("RLE levels", encoding);
        }
        return body.take(body.readInt("length of levels"), "levels");
    }

    private void readVersion2(Page page) throws CorruptDataException {
        DataPageHeaderV2 header = page.header().getData_page_header_v2();
        Slice body = page.body();
        int repBytes = header.getRepetition_levels_byte_length();
        int defBytes = header.getDefinition_levels_byte_length();
        Slice repLevels = body.take(repBytes, "repetition levels");
        Slice defLevels = body.take(defBytes, "definition levels");
        if (rep != null) {
            readLevels(repLevels, rep, leaf.rep(), page);
        }
        if (def != null) {
            readLevels(defLevels, def, leaf.def(), page);
        }
        long size = (long) page.header().getUncompressed_page_size() - repBytes - defBytes;
        boolean compressed =
                meta.getCodec() != CompressionCodec.UNCOMPRESSED
                        && (!header.isSetIs_compressed() || header.isIs_compressed());
        if (!compressed && size != body.remaining()) {
            throw body.corrupt("a page of " + size + " bytes", body.remaining());
        }
        readValues(compressed ? decompress(body, size) : body, header.getEncoding(), page);
    }

    private void readLevels(Slice in, int[] levels, int max, Page page)
            throws CorruptDataException {
        int count = page.values();
        RunLengthDecoder.decode(
                in, RunLengthEncoder.bitWidth(max), levels, entries, count, "levels");
        for (int i = entries; i < entries + count; i++) {
            if (levels[i] > max) {
                throw in.corrupt("levels up to " + max, levels[i]);
            }
        }
    }

    private void readValues(Slice body, Encoding encoding, Page page) throws CorruptDataException {
        int end = entries + page.values();
        int defined = page.values();
        if (def != null) {
            defined = 0;
            for (int i = entries; i < end; i++) {
                if (def[i] == leaf.def()) {
                    defined++;
                }
            }
        }
        entries = end;
        if (!leaf.isNullType()) {
            decoder.readValues(body, encoding, defined);
        }
    }

    private LeafData finish(Slice chunk) throws CorruptDataException {
        if (rep != null && def != null) {
            checkNesting(chunk, rep, def);
        }
        boolean complete = def == null || (leaf.rep() == 0 && allDefined(def));
        return new LeafData(leaf, levelCount, complete ? null : def, rep, decoder.values());
    }

    private boolean allDefined(int[] levels) {
        for (int level : levels) {
            if (level != leaf.def()) {
                return false;
            }
        }
        return true;
    }

    /** Lists may only go on where they have an item, and rows must begin as often as told. */
    private void checkNesting(Slice chunk, int[] reps, int[] defs) throws CorruptDataException {
        int begun = 0;
        for (int i = 0; i < levelCount; i++) {
            if (reps[i] == 0) {
                begun++;
                continue;
            }
            int needed = leaf.itemLevels().get(reps[i] - 1);
            if (i == 0 || defs[i] < needed || defs[i - 1] < needed) {
                throw chunk.corrupt(
                        "an item at repetition level " + reps[i], "an entry without one, at " + i);
            }
        }
        if (begun != rows) {
            throw chunk.corrupt(rows + " rows", begun);
        }
    }
}
