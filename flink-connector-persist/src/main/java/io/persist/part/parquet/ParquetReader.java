package io.persist.part.parquet;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.RowGroup;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Reads a Parquet file of one row group into vectors, whoever wrote it. Opening it reads the footer
 * only; an embedded Arrow schema, statistics and indexes are ignored. Not thread safe.
 *
 * <p>Whatever the bytes are, everything here either succeeds or throws {@link
 * CorruptDataException}, unless the allocator refuses memory.
 */
public final class ParquetReader {
    private final byte[] file;
    private final FileMetaData footer;
    private final RowGroup group;
    private final List<ParquetSchema.Column> columns;
    private final Limits limits;
    private final int rows;

    private ParquetReader(
            byte[] file,
            FileMetaData footer,
            List<ParquetSchema.Column> columns,
            Limits limits,
            int rows) {
        this.file = file;
        this.footer = footer;
        this.group = footer.getRow_groups().get(0);
        this.columns = columns;
        this.limits = limits;
        this.rows = rows;
    }

    /**
     * @throws CorruptDataException if this is no Parquet file with exactly one row group, or it has
     *     a checksum of its own that is wrong
     */
    public static ParquetReader open(Bytes bytes) throws CorruptDataException {
        byte[] file = bytes.toArray();
        int footerStart = footerStart(file);
        FileChecksum.verify(file, footerStart);
        FileMetaData footer =
                ThriftReader.footer(
                        new Slice(file, footerStart, file.length - 8, "footer at " + footerStart));
        List<ParquetSchema.Column> columns = ParquetSchema.columns(footer.getSchema());
        if (footer.getRow_groupsSize() != 1) {
            throw new CorruptDataException(
                    "expected one row group, found " + footer.getRow_groupsSize());
        }
        RowGroup group = footer.getRow_groups().get(0);
        Limits limits = new Limits(file.length);
        int rows = limits.checkRows(footer.getNum_rows());
        int leaves = columns.stream().mapToInt(ParquetSchema.Column::leaves).sum();
        if (group.getNum_rows() != rows || group.getColumnsSize() != leaves) {
            throw new CorruptDataException(
                    "expected a row group of "
                            + rows
                            + " rows and "
                            + leaves
                            + " columns, found one of "
                            + group.getNum_rows()
                            + " and "
                            + group.getColumnsSize());
        }
        checkChunks(group.getColumns(), footerStart);
        return new ParquetReader(file, footer, columns, limits, rows);
    }

    private static int footerStart(byte[] file) throws CorruptDataException {
        byte[] magic = ParquetWriter.MAGIC;
        int length = file.length;
        if (length < 12
                || !Arrays.equals(file, 0, 4, magic, 0, 4)
                || !Arrays.equals(file, length - 4, length, magic, 0, 4)) {
            throw new CorruptDataException(
                    "expected a file that begins and ends with PAR1, found "
                            + length
                            + " bytes that do not");
        }
        int footer = (int) ByteSink.INT.get(file, length - 8);
        if (footer <= 0 || footer > length - 12) {
            throw new CorruptDataException(
                    "expected a footer within " + length + " bytes, found one of " + footer);
        }
        return length - 8 - footer;
    }

    /** Chunks lie between magic and footer, and no two share a byte. */
    private static void checkChunks(List<ColumnChunk> chunks, int footerStart)
            throws CorruptDataException {
        List<ColumnMetaData> metas = new ArrayList<>();
        for (ColumnChunk chunk : chunks) {
            if (!chunk.isSetMeta_data() || chunk.isSetFile_path()) {
                throw new CorruptDataException("expected a column in this file, found " + chunk);
            }
            metas.add(chunk.getMeta_data());
        }
        metas.sort(Comparator.comparingLong(ParquetReader::start));
        long end = ParquetWriter.MAGIC.length;
        for (ColumnMetaData meta : metas) {
            long size = meta.getTotal_compressed_size();
            if (start(meta) < end || size < 0 || size > footerStart - start(meta)) {
                throw new CorruptDataException(
                        "expected column "
                                + meta.getPath_in_schema()
                                + " between offsets "
                                + end
                                + " and "
                                + footerStart
                                + ", found "
                                + size
                                + " bytes at "
                                + start(meta));
            }
            end = start(meta) + size;
        }
    }

    private static long start(ColumnMetaData meta) {
        long data = meta.getData_page_offset();
        long dictionary = meta.getDictionary_page_offset();
        return meta.isSetDictionary_page_offset() && dictionary > 0 && dictionary < data
                ? dictionary
                : data;
    }

    public int rowCount() {
        return rows;
    }

    /** Names of the top-level columns, in the order of the file. */
    public List<String> columnNames() {
        return columns.stream().map(ParquetSchema.Column::name).toList();
    }

    /** Value of the first footer entry with this key, or null. */
    public @Nullable String metadata(String key) {
        if (footer.isSetKey_value_metadata()) {
            for (KeyValue entry : footer.getKey_value_metadata()) {
                if (entry.getKey().equals(key)) {
                    return entry.getValue();
                }
            }
        }
        return null;
    }

    /**
     * The column at {@code index}, as a field that is not nullable, but for its nullable
     * descendants. The caller closes it.
     *
     * @throws CorruptDataException if it does not decode, has a null at the top, or is of a type
     *     that parts do not hold
     */
    public FieldVector read(int index, BufferAllocator allocator) throws CorruptDataException {
        ParquetSchema.Column column = columns.get(index);
        SchemaNode node = ParquetSchema.node(column);
        List<SchemaNode> leaves = new ArrayList<>();
        ParquetSchema.addLeaves(node, leaves);
        int chunk = columns.subList(0, index).stream().mapToInt(ParquetSchema.Column::leaves).sum();
        List<LeafData> data = new ArrayList<>();
        for (SchemaNode leaf : leaves) {
            data.add(readLeaf(leaf, group.getColumns().get(chunk++).getMeta_data()));
        }
        return VectorAssembler.assemble(node, data, rows, allocator);
    }

    private LeafData readLeaf(SchemaNode leaf, ColumnMetaData meta) throws CorruptDataException {
        if (!leaf.isNullType() && meta.getType() != leaf.physical()) {
            throw new CorruptDataException(
                    "column "
                            + meta.getPath_in_schema()
                            + ": expected values of "
                            + leaf.physical()
                            + ", found "
                            + meta.getType());
        }
        int start = (int) start(meta);
        int end = start + (int) meta.getTotal_compressed_size();
        String place = "column " + String.join(".", meta.getPath_in_schema()) + " at " + start;
        return ColumnChunkReader.read(leaf, meta, new Slice(file, start, end, place), rows, limits);
    }
}
