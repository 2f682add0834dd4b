package io.persist.codec.relation;

import io.persist.codec.CorruptDataException;
import io.persist.codec.relation.stored.Cell;
import io.persist.codec.relation.stored.RangeEncoding;
import io.persist.codec.relation.stored.Slots;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;

/**
 * Ranges. Where the elements can be counted, a range is stored from its first element to the first
 * one beyond it, so that there is one form of each.
 */
final class RangeColumn extends Column {
    private final RangeEncoding encoding = new RangeEncoding();
    private final Cell lowerCell;
    private final Cell upperCell;
    private final Column lower;
    private final Column upper;

    /**
     * @param elements what the bounds are, never null
     */
    RangeColumn(RelationColumn column, Slots slots, RelationColumn elements) {
        super(column, slots, 0);
        lowerCell = Columns.cell(elements);
        upperCell = Columns.cell(elements);
        lower = Columns.over(elements, lowerCell);
        upper = Columns.over(elements, upperCell);
    }

    /** Whether there are ranges of this type. */
    static boolean supports(ScalarType element) {
        return element instanceof ScalarType.Int32
                || element instanceof ScalarType.Int64
                || element instanceof ScalarType.Date
                || element instanceof ScalarType.Numeric
                || element instanceof ScalarType.Timestamp
                || element instanceof ScalarType.TimestampTz;
    }

    @Override
    Datum value(int row) throws CorruptDataException {
        RangeEncoding.Shape shape;
        try {
            shape = RangeEncoding.decode(slots.getBytes(row), lowerCell, upperCell);
        } catch (CorruptDataException e) {
            throw corrupt(row, String.valueOf(e.getMessage()));
        }
        if (shape.isEmpty()) {
            return new Datum.Range(null);
        }
        Datum.Bound from = bound(lower, shape.lowerInclusive());
        Datum.Bound to = bound(upper, shape.upperInclusive());
        if (from.value() != null && to.value() != null && compare(from.value(), to.value()) > 0) {
            throw corrupt(row, "lower bound " + from.value() + " above upper " + to.value());
        }
        return new Datum.Range(new Datum.Bounds(from, to));
    }

    private static Datum.Bound bound(Column column, boolean inclusive) throws CorruptDataException {
        return column.isNull(0) ? Datum.Bound.NONE : new Datum.Bound(column.datum(0), inclusive);
    }

    @Override
    int setValue(int row, Datum datum) {
        if (!(datum instanceof Datum.Range range)) {
            throw wrongDatum(datum);
        }
        Datum.Bounds bounds = range.bounds();
        RangeEncoding.Shape shape = bounds == null ? RangeEncoding.Shape.EMPTY : putBounds(bounds);
        return encoding.put(shape, lowerCell, upperCell, slots, row);
    }

    private RangeEncoding.Shape putBounds(Datum.Bounds bounds) {
        Datum from = bounds.lower().value();
        Datum to = bounds.upper().value();
        // Set first, so that both are known to be of the type.
        put(lowerCell, lower, from);
        put(upperCell, upper, to);
        int order = from != null && to != null ? compare(from, to) : -1;
        if (order > 0) {
            throw illegal("[" + from + ", " + to + "]", "the lower bound is above the upper one");
        }
        boolean fromInclusive = from != null && bounds.lower().inclusive();
        boolean toInclusive = to != null && bounds.upper().inclusive();
        boolean isEmpty = order == 0 && !(fromInclusive && toInclusive);
        if (isDiscrete(from == null ? to : from)) {
            long first = from == null || fromInclusive ? number(from) : putNext(lower, from);
            long beyond = to == null || !toInclusive ? number(to) : putNext(upper, to);
            isEmpty = from != null && to != null && first >= beyond;
            fromInclusive = from != null;
            toInclusive = false;
        }
        return isEmpty
                ? RangeEncoding.Shape.EMPTY
                : RangeEncoding.Shape.of(fromInclusive, toInclusive);
    }

    private static void put(Cell cell, Column column, @Nullable Datum value) {
        if (value == null) {
            cell.setNull(0);
        } else {
            column.setDatum(0, value);
        }
    }

    private static boolean isDiscrete(@Nullable Datum datum) {
        return datum instanceof Datum.Int32
                || datum instanceof Datum.Int64
                || datum instanceof Datum.Date;
    }

    /** Of a discrete bound; 0 if there is none. */
    private static long number(@Nullable Datum datum) {
        if (datum instanceof Datum.Int32 typed) {
            return typed.value();
        }
        if (datum instanceof Datum.Int64 typed) {
            return typed.value();
        }
        return datum instanceof Datum.Date typed ? typed.unixDays() : 0;
    }

    /** Puts the number after that of a discrete bound, and returns it. */
    private long putNext(Column column, Datum datum) {
        long next = number(datum) + 1;
        if (datum instanceof Datum.Date) {
            column.setDate(0, (int) next); // which checks it
        } else if (next == Long.MIN_VALUE
                || (datum instanceof Datum.Int32 && next > Integer.MAX_VALUE)) {
            throw illegal(datum, "as a bound it has no successor");
        } else if (datum instanceof Datum.Int32) {
            column.setInt32(0, (int) next);
        } else {
            column.setInt64(0, next);
        }
        return next;
    }

    /** By value, NaN beyond everything. */
    private static int compare(Datum left, Datum right) {
        if (left instanceof Datum.Int32 l && right instanceof Datum.Int32 r) {
            return Integer.compare(l.value(), r.value());
        }
        if (left instanceof Datum.Int64 l && right instanceof Datum.Int64 r) {
            return Long.compare(l.value(), r.value());
        }
        if (left instanceof Datum.Date l && right instanceof Datum.Date r) {
            return Integer.compare(l.unixDays(), r.unixDays());
        }
        if (left instanceof Datum.Numeric l && right instanceof Datum.Numeric r) {
            int ranks = Integer.compare(rank(l.value()), rank(r.value()));
            return ranks != 0 ? ranks : decimal(l.value()).compareTo(decimal(r.value()));
        }
        if (left instanceof Datum.Timestamp l && right instanceof Datum.Timestamp r) {
            int seconds = Long.compare(l.epochSeconds(), r.epochSeconds());
            return seconds != 0 ? seconds : Integer.compare(l.nanos(), r.nanos());
        }
        if (left instanceof Datum.TimestampTz l && right instanceof Datum.TimestampTz r) {
            int seconds = Long.compare(l.epochSeconds(), r.epochSeconds());
            return seconds != 0 ? seconds : Integer.compare(l.nanos(), r.nanos());
        }
        throw new AssertionError(left + " and " + right);
    }

    private static int rank(Numeric value) {
        if (value instanceof Numeric.Special special) {
            return switch (special) {
                case NEGATIVE_INFINITY -> -1;
                case POSITIVE_INFINITY -> 1;
                case NAN -> 2;
            };
        }
        return 0;
    }

    private static BigDecimal decimal(Numeric value) {
        return value instanceof Numeric.Finite finite ? finite.value() : BigDecimal.ZERO;
    }
}
