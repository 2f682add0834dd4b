package io.persist.codec;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.Field;

import java.util.List;

/**
 * How values of a key or value type are stored: as row bytes (columns {@code k}, {@code v} of a
 * part) and as an Arrow column ({@code k_s}, {@code v_s}). An instance is bound to one schema,
 * immutable and safe for use by many threads.
 *
 * <p>Contract: {@code decode(encode(x))} equals {@code x}, and both forms of a value denote the
 * same value.
 */
public interface Codec<T> {
    /** Name recorded in the shard; opening a shard with another name is refused. */
    String name();

    /** Encoded schema for the shard's registry; empty for the simple codecs. */
    Bytes schema();

    /** Arrow type of the structured column, as a not-null field of the given name. */
    Field structuredField(String name);

    /** Row bytes of {@code value}. */
    Bytes encode(T value);

    /**
     * @throws CorruptDataException if the bytes are not the row bytes of a value of this schema
     */
    T decode(Bytes row) throws CorruptDataException;

    /**
     * Appends values to {@code vector}, which must be of {@link #structuredField}'s type. Not
     * thread safe.
     */
    ColumnAppender<T> appender(FieldVector vector);

    /**
     * Reads values from {@code vector}, which must be of {@link #structuredField}'s type (migrate
     * older ones first with {@link Migration}). Not thread safe; invalid after the vector is
     * closed.
     *
     * @throws CorruptDataException if the vector is of another type
     */
    ColumnReader<T> reader(FieldVector vector) throws CorruptDataException;

    /**
     * A codec of the same stored forms that takes all that peers may have stored: what a schema
     * promises beyond them (no nulls, lengths, precisions) nobody checks when reading, and a newer
     * schema may promise more than an older one. For turning one form into the other.
     */
    default Codec<?> unpromising() {
        return this;
    }

    /** What statistics say about keys of this type; unless overridden, only how many there are. */
    default StatsKind.Struct keyStatistics() {
        return new StatsKind.Struct(List.of(new StatsKind.Column("", false, StatsKind.Leaf.NONE)));
    }
}
