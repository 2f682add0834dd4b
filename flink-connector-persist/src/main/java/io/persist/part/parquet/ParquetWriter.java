package io.persist.part.parquet;

import io.persist.codec.Bytes;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.BaseRepeatedValueVector;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.ColumnOrder;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.TypeDefinedOrder;
import org.apache.parquet.format.Util;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes vectors of equal length as a Parquet file of one row group, the same vectors always as the
 * same bytes. One writer writes one file after the other, in one thread.
 */
public final class ParquetWriter {
    static final byte[] MAGIC = {'P', 'A', 'R', '1'};
    private static final String CREATED_BY = "flink-connector-persist version 0.1.0";

    /** Room for the footer, whose size is not worth a guess. */
    private static final int FOOTER_BYTES = 1 << 14;

    private static final int FOOTER_BYTES_PER_COLUMN = 1 << 8;

    private final ColumnChunkWriter chunks;
    private final boolean useDictionary;

    /** Compressed files are usually about half as large. */
    private final int expectedShare;

    private ParquetWriter(PageCodec codec, boolean useDictionary) {
        this.chunks = new ColumnChunkWriter(codec);
        this.useDictionary = useDictionary;
        this.expectedShare = codec.codec() == CompressionCodec.UNCOMPRESSED ? 1 : 2;
    }

    /** A writer whose pages are all PLAIN. */
    public static ParquetWriter plain(PageCodec codec) {
        return new ParquetWriter(codec, false);
    }

    /** A writer that uses a dictionary for every column where that promises fewer bytes. */
    public static ParquetWriter dictionary(PageCodec codec) {
        return new ParquetWriter(codec, true);
    }

    /**
     * The file. Each vector becomes a REQUIRED column of its type, whatever its field says about
     * name and nulls.
     *
     * @param columns at least one, each of as many rows, at least one, without nulls at the top
     * @param metadata entries for the footer, in order
     * @throws IllegalArgumentException if a vector breaks these rules, is of a type that parts do
     *     not hold, or has a null where its field allows none, or the file would exceed 2 GiB
     */
    public Bytes write(List<Column> columns, List<Metadata> metadata) {
        int rows = columns.get(0).vector().getValueCount();
        if (rows == 0 || columns.stream().anyMatch(c -> c.vector().getValueCount() != rows)) {
            throw new IllegalArgumentException(
                    "expected columns of equal length and at least one row, found "
                            + columns.stream().map(c -> c.vector().getValueCount()).toList());
        }
        try {
            return write(columns, metadata, rows);
        } finally {
            chunks.release();
        }
    }

    private Bytes write(List<Column> columns, List<Metadata> metadata, int rows) {
        List<SchemaNode> nodes = new ArrayList<>();
        Leaves leaves = new Leaves();
        for (Column column : columns) {
            SchemaNode node =
                    SchemaNode.of(SchemaNode.required(column.name(), column.vector().getField()));
            nodes.add(node);
            plan(node, column.vector(), leaves.plans);
        }
        FileSink file = new FileSink(leaves.expectedBytes() / expectedShare);
        file.room(MAGIC.length).write(MAGIC, 0, MAGIC.length);
        for (int i = 0; i < columns.size(); i++) {
            FieldVector vector = columns.get(i).vector();
            writeNode(nodes.get(i), vector, Levels.top(rows), List.of(), file, leaves);
        }
        int footer = file.size();
        file.write(footer(nodes, leaves.written, metadata, rows, footer));
        return file.finish(footer);
    }

    /** The leaves of a file: how they will be written, in order, and what came of it. */
    private static final class Leaves {
        final List<ColumnChunkWriter.Plan> plans = new ArrayList<>();
        final List<ColumnChunk> written = new ArrayList<>();
        private int started;

        ColumnChunkWriter.Plan nextPlan() {
            return plans.get(started++);
        }

        long expectedBytes() {
            long columns = plans.stream().mapToLong(ColumnChunkWriter.Plan::expectedBytes).sum();
            return columns + FOOTER_BYTES + (long) FOOTER_BYTES_PER_COLUMN * plans.size();
        }
    }

    private void plan(SchemaNode node, FieldVector vector, List<ColumnChunkWriter.Plan> plans) {
        if (node.isLeaf()) {
            plans.add(chunks.plan(node, vector, useDictionary));
        } else if (node.isRepeated()) {
            FieldVector items = ((BaseRepeatedValueVector) vector).getDataVector();
            plan(node.children().get(0), items, plans);
        } else {
            List<FieldVector> fields = vector.getChildrenFromFields();
            for (int i = 0; i < fields.size(); i++) {
                plan(node.children().get(i), fields.get(i), plans);
            }
        }
    }

    /** A top-level column. */
    public record Column(String name, FieldVector vector) {}

    /** An entry of the footer. */
    public record Metadata(String key, String value) {}

    private void writeNode(
            SchemaNode node,
            FieldVector vector,
            Levels parent,
            List<String> parentPath,
            FileSink file,
            Leaves leaves) {
        Levels levels = parent.within(node, vector);
        List<String> path = new ArrayList<>(parentPath);
        path.add(node.field().getName());
        if (node.isLeaf()) {
            boolean dictionary = leaves.nextPlan().useDictionary();
            ColumnMetaData meta = chunks.write(node, levels, vector, dictionary, path, file);
            ColumnChunk chunk = new ColumnChunk(0);
            chunk.setMeta_data(meta);
            leaves.written.add(chunk);
        } else if (node.isRepeated()) {
            FieldVector items = ((BaseRepeatedValueVector) vector).getDataVector();
            SchemaNode item = node.children().get(0);
            Levels itemLevels =
                    levels.items(item, vector.getOffsetBuffer(), vector.getValueCount());
            if (ParquetSchema.isMap(node)) {
                writeNode(item, items, itemLevels, path, file, leaves);
            } else {
                path.add(ParquetSchema.LIST_GROUP);
                writeNode(item, items, itemLevels, path, file, leaves);
            }
        } else {
            List<FieldVector> fields = vector.getChildrenFromFields();
            for (int i = 0; i < fields.size(); i++) {
                writeNode(node.children().get(i), fields.get(i), levels, path, file, leaves);
            }
        }
    }

    /**
     * The end of the file, from the footer on.
     *
     * @param start where it begins
     */
    private static ByteSink footer(
            List<SchemaNode> nodes,
            List<ColumnChunk> written,
            List<Metadata> metadata,
            int rows,
            int start) {
        long uncompressed = 0;
        for (ColumnChunk chunk : written) {
            uncompressed += chunk.getMeta_data().getTotal_uncompressed_size();
        }
        RowGroup group = new RowGroup(written, uncompressed, rows);
        group.setFile_offset(MAGIC.length);
        group.setTotal_compressed_size(start - MAGIC.length);
        group.setOrdinal((short) 0);
        FileMetaData footer =
                new FileMetaData(2, ParquetSchema.elements(nodes), rows, List.of(group));
        List<KeyValue> entries = new ArrayList<>();
        for (Metadata entry : metadata) {
            KeyValue keyValue = new KeyValue(entry.key());
            keyValue.setValue(entry.value());
            entries.add(keyValue);
        }
        KeyValue checksum = new KeyValue(FileChecksum.KEY);
        checksum.setValue(FileChecksum.PLACEHOLDER);
        entries.add(checksum);
        footer.setKey_value_metadata(entries);
        footer.setCreated_by(CREATED_BY);
        List<ColumnOrder> orders = new ArrayList<>();
        written.forEach(chunk -> orders.add(ColumnOrder.TYPE_ORDER(new TypeDefinedOrder())));
        footer.setColumn_orders(orders);
        ByteSink out = new ByteSink(FOOTER_BYTES);
        try {
            Util.writeFileMetaData(footer, out);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        out.writeInt(out.size());
        out.write(MAGIC, 0, MAGIC.length);
        return out;
    }
}
