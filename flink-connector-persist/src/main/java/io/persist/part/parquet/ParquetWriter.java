package io.persist.part.parquet;

import io.persist.codec.Bytes;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.BaseRepeatedValueVector;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.ColumnOrder;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.TypeDefinedOrder;
import org.apache.parquet.format.Util;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Writes vectors of equal length as a Parquet file of one row group, the same vectors always as the
 * same bytes. The rows come in one piece or in several, of which the encoded form is all that is
 * kept. One writer writes one file; one thread at a time. The caller closes it.
 */
public final class ParquetWriter implements AutoCloseable {
    static final byte[] MAGIC = {'P', 'A', 'R', '1'};
    private static final String CREATED_BY = "flink-connector-persist version 0.1.0";

    /** Room for the footer, whose size is not worth a guess. */
    private static final int FOOTER_BYTES = 1 << 14;

    private final PageMemory memory;
    private final boolean useDictionary;
    private final List<SchemaNode> nodes = new ArrayList<>();
    private final List<ColumnChunkWriter> leaves = new ArrayList<>();
    private @Nullable FileSink file;
    private long rows;

    private ParquetWriter(PageCodec codec, boolean useDictionary) {
        this.memory = new PageMemory(codec);
        this.useDictionary = useDictionary;
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
     * The file of these rows alone; closes the writer.
     *
     * @throws IllegalArgumentException as {@link #append} and {@link #finish} do
     */
    public Bytes write(List<Column> columns, List<Metadata> metadata) {
        try (this) {
            append(columns, columns.get(0).vector().getValueCount());
            return finish(metadata);
        }
    }

    /**
     * Appends rows. Each vector becomes a REQUIRED column of its type, whatever its field says
     * about name and nulls. After an exception the writer can only be closed.
     *
     * @param columns at least one, each of as many rows, at least one, without nulls at the top;
     *     the same ones each time
     * @param expectedRows of the whole file, roughly. The first rows stand for all when it is
     *     decided which columns have dictionaries
     * @throws IllegalArgumentException if a vector breaks these rules, is of a type that parts do
     *     not hold, or has a null where its field allows none, or the file would exceed 2 GiB
     */
    public void append(List<Column> columns, long expectedRows) {
        int count = columns.get(0).vector().getValueCount();
        if (count == 0 || columns.stream().anyMatch(c -> c.vector().getValueCount() != count)) {
            throw new IllegalArgumentException(
                    "expected columns of equal length and at least one row, found "
                            + columns.stream().map(c -> c.vector().getValueCount()).toList());
        }
        if (file == null) {
            file = start(columns, Math.max(1, (double) expectedRows / count));
        }
        requireSame(columns);
        rows += count;
        Iterator<ColumnChunkWriter> next = leaves.iterator();
        for (int i = 0; i < columns.size(); i++) {
            append(nodes.get(i), columns.get(i).vector(), Levels.top(count), next);
        }
    }

    private FileSink start(List<Column> columns, double growth) {
        List<Leaf> planned = new ArrayList<>();
        for (Column column : columns) {
            SchemaNode node = SchemaNode.of(column.field());
            nodes.add(node);
            plan(node, column.vector(), List.of(), growth, planned);
        }
        long expected = planned.stream().mapToLong(leaf -> leaf.plan.expectedBytes()).sum();
        // Compressed files are usually about half as large.
        FileSink sink = new FileSink(memory.compresses() ? expected / 2 : expected);
        ByteSink magic = new ByteSink(MAGIC.length);
        magic.write(MAGIC, 0, MAGIC.length);
        sink.write(magic);
        for (Leaf leaf : planned) {
            leaves.add(new ColumnChunkWriter(leaf.node, leaf.path, leaf.plan, memory, sink));
        }
        return sink;
    }

    /** A leaf of the file. */
    private record Leaf(SchemaNode node, List<String> path, LeafPlan plan) {}

    private void plan(
            SchemaNode node,
            FieldVector vector,
            List<String> parent,
            double growth,
            List<Leaf> planned) {
        List<String> path = new ArrayList<>(parent);
        path.add(node.field().getName());
        if (node.isLeaf()) {
            planned.add(
                    new Leaf(node, path, LeafPlan.of(node, vector, useDictionary, growth, memory)));
        } else if (node.isRepeated()) {
            if (!ParquetSchema.isMap(node)) {
                path.add(ParquetSchema.LIST_GROUP);
            }
            FieldVector items = ((BaseRepeatedValueVector) vector).getDataVector();
            plan(node.children().get(0), items, path, growth, planned);
        } else {
            List<FieldVector> fields = vector.getChildrenFromFields();
            for (int i = 0; i < fields.size(); i++) {
                plan(node.children().get(i), fields.get(i), path, growth, planned);
            }
        }
    }

    private void requireSame(List<Column> columns) {
        List<Field> fields = columns.stream().map(Column::field).toList();
        if (!fields.equals(nodes.stream().map(SchemaNode::field).toList())) {
            throw new IllegalArgumentException(
                    "expected further rows of the columns " + nodes + ", found " + fields);
        }
    }

    private void append(
            SchemaNode node, FieldVector vector, Levels parent, Iterator<ColumnChunkWriter> next) {
        Levels levels = parent.within(node, vector);
        if (node.isLeaf()) {
            next.next().append(levels, vector);
        } else if (node.isRepeated()) {
            FieldVector items = ((BaseRepeatedValueVector) vector).getDataVector();
            SchemaNode item = node.children().get(0);
            Levels itemLevels =
                    levels.items(item, vector.getOffsetBuffer(), vector.getValueCount());
            append(item, items, itemLevels, next);
        } else {
            List<FieldVector> fields = vector.getChildrenFromFields();
            for (int i = 0; i < fields.size(); i++) {
                append(node.children().get(i), fields.get(i), levels, next);
            }
        }
    }

    /**
     * The file of all rows. It may lie in many pieces of memory.
     *
     * @param metadata entries for the footer, in order
     * @throws IllegalArgumentException if there are no rows, or the file would exceed 2 GiB
     */
    public Bytes finish(List<Metadata> metadata) {
        FileSink sink = file;
        if (sink == null) {
            throw new IllegalArgumentException("a file needs at least one row");
        }
        List<FileSink.Range> order = new ArrayList<>();
        order.add(new FileSink.Range(0, MAGIC.length));
        List<ColumnChunk> written = new ArrayList<>();
        long position = MAGIC.length;
        for (ColumnChunkWriter leaf : leaves) {
            ColumnMetaData meta = leaf.finish(position, order);
            position += meta.getTotal_compressed_size();
            ColumnChunk chunk = new ColumnChunk(0);
            chunk.setMeta_data(meta);
            written.add(chunk);
        }
        return sink.finish(order, footer(written, metadata, position));
    }

    /** Frees memory that is not on the heap. Idempotent. */
    @Override
    public void close() {
        memory.release();
    }

    /** A top-level column. */
    public record Column(String name, FieldVector vector) {
        Field field() {
            return SchemaNode.required(name, vector.getField());
        }
    }

    /** An entry of the footer. */
    public record Metadata(String key, String value) {}

    /**
     * The end of the file, from the footer on.
     *
     * @param start where it begins
     */
    private ByteSink footer(List<ColumnChunk> written, List<Metadata> metadata, long start) {
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
