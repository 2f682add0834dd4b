package io.persist.codec.relation;

import io.persist.codec.StatsKind;
import io.persist.codec.StatsKind.Leaf;

import java.util.ArrayList;
import java.util.List;

/** What the statistics of relations say about their columns, by type, supported or not. */
public final class RelationStats {
    private static final int ERR_POSITION = 1;

    private RelationStats() {}

    /** Columns by name, although their fields are named by position; and errors. */
    public static StatsKind.Struct of(RelationDesc desc) {
        return new StatsKind.Struct(
                List.of(
                        new StatsKind.Column(RelationFields.OK, true, ok(desc)),
                        new StatsKind.Column(RelationFields.ERR, true, Leaf.VALUE)));
    }

    private static StatsKind ok(RelationDesc desc) {
        if (desc.columns().isEmpty()) {
            return new StatsKind.NullUnless(ERR_POSITION);
        }
        List<StatsKind.Column> columns = new ArrayList<>(desc.columns().size());
        for (RelationColumn column : desc.columns()) {
            columns.add(
                    new StatsKind.Column(column.name(), column.nullable(), leaf(column.type())));
        }
        return new StatsKind.Struct(columns);
    }

    private static Leaf leaf(ScalarType type) {
        if (type instanceof ScalarType.Numeric) {
            return Leaf.NUMERIC;
        }
        if (type instanceof ScalarType.Time) {
            return Leaf.TIME;
        }
        if (type instanceof ScalarType.Timestamp || type instanceof ScalarType.TimestampTz) {
            return Leaf.DATE_TIME;
        }
        if (type instanceof ScalarType.Interval) {
            return Leaf.INTERVAL;
        }
        if (type instanceof ScalarType.Uuid) {
            return Leaf.UUID;
        }
        if (type instanceof ScalarType.Jsonb) {
            return Leaf.JSON;
        }
        return isOpaque(type) ? Leaf.NONE : Leaf.VALUE;
    }

    private static boolean isOpaque(ScalarType type) {
        return type instanceof ScalarType.AclItem
                || type instanceof ScalarType.MzAclItem
                || type instanceof ScalarType.Range
                || type instanceof ScalarType.Array
                || type instanceof ScalarType.Int2Vector
                || type instanceof ScalarType.List
                || type instanceof ScalarType.Map
                || type instanceof ScalarType.Record;
    }
}
