package io.persist.codec.relation;

import io.persist.codec.Bytes;
import io.persist.codec.relation.stored.RoleTags;

import org.jspecify.annotations.Nullable;

import java.util.UUID;

/** A value of one column. Types that differ in their limits only share a kind. */
public sealed interface Datum {
    /** SQL NULL. */
    Null NULL = new Null();

    /** SQL NULL. */
    record Null() implements Datum {}

    record Bool(boolean value) implements Datum {}

    record Int16(short value) implements Datum {}

    record Int32(int value) implements Datum {}

    record Int64(long value) implements Datum {}

    /** "char". */
    record UInt8(int value) implements Datum {}

    record UInt16(int value) implements Datum {}

    /** uint4, oid, regproc, regtype and regclass. */
    record UInt32(long value) implements Datum {}

    /**
     * @param bits of the unsigned value
     */
    record UInt64(long bits) implements Datum {}

    /**
     * @param bits of the unsigned value
     */
    record MzTimestamp(long bits) implements Datum {}

    /** Both zeros are different values, all NaNs the same. */
    record Float32(float value) implements Datum {}

    /** Both zeros are different values, all NaNs the same. */
    record Float64(double value) implements Datum {}

    record Numeric(io.persist.codec.relation.Numeric value) implements Datum {}

    record Bytea(Bytes value) implements Datum {}

    /** text, varchar, char and name. */
    record Text(String value) implements Datum {}

    /**
     * @param text any JSON text of the value; when read, the only one without white space, with
     *     sorted keys and with plain numbers
     */
    record Jsonb(String text) implements Datum {}

    record Uuid(UUID value) implements Datum {}

    /**
     * @param unixDays since 1970-01-01
     */
    record Date(int unixDays) implements Datum {}

    /**
     * @param nanos of the second; beyond 999,999,999 in a leap second
     */
    record Time(int secondsOfDay, int nanos) implements Datum {}

    /**
     * Date and time without a zone, as seconds since 1970-01-01 00:00:00 on the same clock.
     *
     * @param nanos of the second; beyond 999,999,999 in a leap second
     */
    record Timestamp(long epochSeconds, int nanos) implements Datum {}

    /**
     * An instant.
     *
     * @param nanos of the second; beyond 999,999,999 in a leap second
     */
    record TimestampTz(long epochSeconds, int nanos) implements Datum {}

    /** Three parts that are never carried into one another. */
    record Interval(int months, int days, long micros) implements Datum {}

    /**
     * An array or int2vector.
     *
     * @param dimensions the outermost first; none for most empty arrays
     * @param elements row-major
     */
    record Array(java.util.List<Dimension> dimensions, java.util.List<Datum> elements)
            implements Datum {
        public Array {
            dimensions = java.util.List.copyOf(dimensions);
            elements = java.util.List.copyOf(elements);
        }
    }

    /**
     * One dimension of an array.
     *
     * @param lowerBound index of the first element; 1 unless a user chose another
     */
    record Dimension(long lowerBound, long length) {}

    record List(java.util.List<Datum> elements) implements Datum {
        public List {
            elements = java.util.List.copyOf(elements);
        }
    }

    @SuppressWarnings("JavaLangClash") // SQL's word, and always qualified
    record Record(java.util.List<Datum> fields) implements Datum {
        public Record {
            fields = java.util.List.copyOf(fields);
        }
    }

    /**
     * @param entries ascending by the UTF-8 bytes of their keys
     */
    record Map(java.util.List<Entry> entries) implements Datum {
        public Map {
            entries = java.util.List.copyOf(entries);
        }
    }

    /** One entry of a map. */
    record Entry(String key, Datum value) {}

    /**
     * @param bounds null: the empty range
     */
    record Range(@Nullable Bounds bounds) implements Datum {}

    /** Both ends of a range that is not empty. */
    record Bounds(Bound lower, Bound upper) {}

    /**
     * One end of a range.
     *
     * @param value null: the range does not end
     * @param inclusive whether the value belongs to the range
     */
    record Bound(@Nullable Datum value, boolean inclusive) {
        /** The end of a range that does not end. */
        public static final Bound NONE = new Bound(null, false);
    }

    /**
     * Privileges of a role.
     *
     * @param grantee oid of the role that has them
     * @param grantor oid of the role that gave them
     * @param privileges one bit for each
     */
    record AclItem(long grantee, long grantor, long privileges) implements Datum {}

    /**
     * Privileges of a role.
     *
     * @param grantee the role that has them
     * @param grantor the role that gave them
     * @param privileges one bit for each
     */
    record MzAclItem(Role grantee, Role grantor, long privileges) implements Datum {}

    /**
     * A role.
     *
     * @param id unsigned; 0 for the public
     */
    record Role(Kind kind, long id) {
        /** What sort of role it is. */
        public enum Kind {
            SYSTEM(RoleTags.SYSTEM),
            PREDEFINED(RoleTags.PREDEFINED),
            USER(RoleTags.USER),
            PUBLIC(RoleTags.PUBLIC);

            /** In the stored form. */
            final int tag;

            Kind(int tag) {
                this.tag = tag;
            }
        }
    }
}
