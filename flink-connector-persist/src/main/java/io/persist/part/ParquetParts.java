package io.persist.part;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Description;
import io.persist.frontier.TimeDomain;
import io.persist.part.PartFooter.Layout;
import io.persist.part.Updates.RowColumns;
import io.persist.part.Updates.StructuredColumns;
import io.persist.part.parquet.ParquetReader;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarBinaryVector;

import java.util.ArrayList;
import java.util.List;

/** Parts as Parquet objects. */
public final class ParquetParts {
    private ParquetParts() {}

    /**
     * Encodes {@code updates} (at least one, and holding the columns that {@code format} asks for);
     * does not close it. The same arguments give the same bytes. Takes heap for the result, and for
     * one column's levels and one page more.
     *
     * @throws IllegalArgumentException if the updates are not as said, do not obey {@code desc}, or
     *     are too large for a part
     * @throws IllegalStateException if the library for the compression is missing
     */
    public static Bytes encode(
            Updates updates,
            PartFormat format,
            Description desc,
            long index,
            ParquetSettings settings) {
        PartRules.checkWritable(updates, format, desc);
        try (PartEncoder encoder = new PartEncoder(format, desc, settings)) {
            encoder.add(updates, updates.count());
            return encoder.finish(index);
        }
    }

    /** {@link #decode(Bytes, BufferAllocator, TimeDomain)} of {@code u64} times. */
    public static DecodedPart decode(Bytes blob, BufferAllocator allocator)
            throws CorruptDataException {
        return decode(blob, allocator, TimeDomain.U64);
    }

    /**
     * Decodes and validates (docs/format.md). The caller closes the result.
     *
     * @throws CorruptDataException whatever is wrong with the bytes; nothing is left allocated
     */
    public static DecodedPart decode(Bytes blob, BufferAllocator allocator, TimeDomain times)
            throws CorruptDataException {
        ParquetReader file = ParquetReader.open(blob);
        PartFooter footer = PartFooterEncoding.decode(file.metadata(PartFooterEncoding.KEY), times);
        try (Columns columns = new Columns(file, footer.layout(), allocator)) {
            Updates updates = columns.read();
            String violation = PartRules.violation(updates, footer.desc());
            if (violation != null) {
                throw new CorruptDataException(violation);
            }
            columns.release();
            return new DecodedPart(footer.desc(), footer.index(), updates);
        }
    }

    /** The columns read so far, closed unless they are released. */
    private static final class Columns implements AutoCloseable {
        private final ParquetReader file;
        private final List<String> names;
        private final BufferAllocator allocator;
        private final List<FieldVector> open = new ArrayList<>();

        Columns(ParquetReader file, Layout layout, BufferAllocator allocator) {
            List<String> all = file.columnNames();
            this.file = file;
            this.names = layout == Layout.OLD_BOTH ? all.subList(0, Math.min(4, all.size())) : all;
            this.allocator = allocator;
        }

        Updates read() throws CorruptDataException {
            BigIntVector times = require("t", BigIntVector.class);
            BigIntVector diffs = require("d", BigIntVector.class);
            boolean hasRows = hasBoth("k", "v");
            boolean hasStructured = hasBoth("k_s", "v_s");
            if (!hasRows && !hasStructured) {
                throw new CorruptDataException(
                        "expected columns k and v, or k_s and v_s, found " + names);
            }
            RowColumns rows =
                    hasRows
                            ? new RowColumns(
                                    require("k", VarBinaryVector.class),
                                    require("v", VarBinaryVector.class))
                            : null;
            StructuredColumns structured =
                    hasStructured
                            ? new StructuredColumns(
                                    require("k_s", FieldVector.class),
                                    require("v_s", FieldVector.class))
                            : null;
            return new Updates(rows, structured, times, diffs);
        }

        private boolean hasBoth(String key, String val) throws CorruptDataException {
            if (names.contains(key) != names.contains(val)) {
                throw new CorruptDataException(
                        "expected columns " + key + " and " + val + " or neither, found " + names);
            }
            return names.contains(key);
        }

        private <V extends FieldVector> V require(String name, Class<V> type)
                throws CorruptDataException {
            int index = names.indexOf(name);
            if (index < 0 || index != names.lastIndexOf(name)) {
                throw new CorruptDataException("expected one column " + name + ", found " + names);
            }
            FieldVector vector = file.read(index, allocator);
            open.add(vector);
            if (!type.isInstance(vector)) {
                throw new CorruptDataException(
                        "column "
                                + name
                                + ": expected "
                                + type.getSimpleName()
                                + ", found "
                                + vector.getField());
            }
            return type.cast(vector);
        }

        void release() {
            open.clear();
        }

        @Override
        public void close() {
            open.forEach(FieldVector::close);
        }
    }
}
