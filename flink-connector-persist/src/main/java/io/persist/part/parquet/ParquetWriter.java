package io.persist.part.parquet;

import io.persist.codec.Bytes;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.BaseRepeatedValueVector;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.ColumnOrder;
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

    private final ColumnChunkWriter chunks;

    private ParquetWriter(ColumnChunkWriter chunks) {
        this.chunks = chunks;
    }

    /** A writer whose pages are all PLAIN. */
    public static ParquetWriter plain(PageCodec codec) {
        return new ParquetWriter(new ColumnChunkWriter(codec, false));
    }

    /** A writer that tries a dictionary for every column. */
    public static ParquetWriter dictionary(PageCodec codec) {
        return new ParquetWriter(new ColumnChunkWriter(codec, true));
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
        ByteSink file = new ByteSink(1 << 16);
        file.write(MAGIC, 0, MAGIC.length);
        List<SchemaNode> nodes = new ArrayList<>();
        List<ColumnChunk> written = new ArrayList<>();
        for (Column column : columns) {
            SchemaNode node =
                    SchemaNode.of(SchemaNode.required(column.name(), column.vector().getField()));
            nodes.add(node);
            writeNode(node, column.vector(), Levels.top(rows), List.of(), file, written);
        }
        writeFooter(nodes, written, metadata, rows, file);
        return Bytes.takeArray(file.toArray());
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
            ByteSink file,
            List<ColumnChunk> written) {
        Levels levels = parent.within(node, vector);
        List<String> path = new ArrayList<>(parentPath);
        path.add(node.field().getName());
        if (node.isLeaf()) {
            ColumnMetaData meta = chunks.write(node, levels, vector, path, file);
            ColumnChunk chunk = new ColumnChunk(0);
            chunk.setMeta_data(meta);
            written.add(chunk);
        } else if (node.isRepeated()) {
            FieldVector items = ((BaseRepeatedValueVector) vector).getDataVector();
            SchemaNode item = node.children().get(0);
            Levels itemLevels =
                    levels.items(item, vector.getOffsetBuffer(), vector.getValueCount());
            if (ParquetSchema.isMap(node)) {
                writeNode(item, items, itemLevels, path, file, written);
            } else {
                path.add(ParquetSchema.LIST_GROUP);
                writeNode(item, items, itemLevels, path, file, written);
            }
        } else {
            List<FieldVector> fields = vector.getChildrenFromFields();
            for (int i = 0; i < fields.size(); i++) {
                writeNode(node.children().get(i), fields.get(i), levels, path, file, written);
            }
        }
    }

    private static void writeFooter(
            List<SchemaNode> nodes,
            List<ColumnChunk> written,
            List<Metadata> metadata,
            int rows,
            ByteSink file) {
        long uncompressed = 0;
        for (ColumnChunk chunk : written) {
            uncompressed += chunk.getMeta_data().getTotal_uncompressed_size();
        }
        RowGroup group = new RowGroup(written, uncompressed, rows);
        group.setFile_offset(MAGIC.length);
        group.setTotal_compressed_size(file.size() - MAGIC.length);
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
        int start = file.size();
        try {
            Util.writeFileMetaData(footer, file);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        file.writeInt(file.size() - start);
        file.write(MAGIC, 0, MAGIC.length);
        FileChecksum.fill(file.array(), start, file.size());
    }
}
