package io.persist.flink.table;

import io.persist.client.ShardReport;
import io.persist.client.ShardReport.SchemaReport;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationColumn;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.RelationDescEncoding;
import io.persist.codec.relation.ScalarType;
import io.persist.shard.IncompatibleShardException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * The columns that a shard was written with, to compare a declared table with. The storage client
 * compares how columns are encoded; this also sees names, and types that share an encoding.
 *
 * @param registered oldest first; empty before the first row
 */
record StoredColumns(ShardId shard, List<RelationDesc> registered) {
    StoredColumns {
        registered = List.copyOf(registered);
    }

    /**
     * @throws IncompatibleShardException if the shard holds no rows of a table
     * @throws CorruptDataException if a registered schema does not decode
     */
    static StoredColumns of(ShardReport report)
            throws CorruptDataException, IncompatibleShardException {
        String key = report.codecs().key();
        String val = report.codecs().val();
        if (!key.equals(RelationCodec.NAME) || !val.equals(Codecs.UNIT.name())) {
            throw new IncompatibleShardException(
                    "shard "
                            + report.shard()
                            + " holds no table: expected codecs "
                            + RelationCodec.NAME
                            + " and "
                            + Codecs.UNIT.name()
                            + ", found "
                            + key
                            + " and "
                            + val);
        }
        List<RelationDesc> relations = new ArrayList<>();
        for (SchemaReport schema : report.schemas()) {
            relations.add(RelationDescEncoding.decode(Bytes.fromHex(schema.keyHex())));
        }
        return new StoredColumns(report.shard(), relations);
    }

    /**
     * @throws IncompatibleShardException naming the first column that could only be misread
     */
    void checkReadableAs(TableColumns table) throws IncompatibleShardException {
        if (registered.isEmpty()) {
            return;
        }
        RelationDesc newest = registered.get(registered.size() - 1);
        RelationDesc declared = withoutNew(table.relation(), newest.columns().size());
        String difference = difference(declared, newest, StoredColumns::isReadable);
        if (difference != null) {
            throw mismatch(difference);
        }
    }

    /** Columns that the shard does not have yet are read as NULL. */
    private static RelationDesc withoutNew(RelationDesc declared, int stored) {
        List<RelationColumn> columns = declared.columns();
        return columns.size() > stored
                        && columns.stream().skip(stored).allMatch(RelationColumn::nullable)
                ? RelationDesc.of(columns.subList(0, stored))
                : declared;
    }

    /**
     * A table that adds nullable columns at the end becomes the shard's newest schema when it is
     * written.
     *
     * @throws IncompatibleShardException naming the first column that differs from every schema
     *     that the shard accepts
     */
    void checkWritableAs(TableColumns table) throws IncompatibleShardException {
        RelationDesc relation = table.relation();
        if (registered.isEmpty() || registered.contains(relation)) {
            return;
        }
        RelationDesc newest = registered.get(registered.size() - 1);
        if (newest.isExtendedBy(relation)) {
            return;
        }
        String difference = difference(relation, newest, RelationColumn::equals);
        throw mismatch(
                difference == null ? "the shard has keys, the table's rows none" : difference);
    }

    private IncompatibleShardException mismatch(String difference) {
        return new IncompatibleShardException(
                "the table's columns do not match shard " + shard + ": " + difference);
    }

    private interface Fit {
        boolean test(RelationColumn declared, RelationColumn stored);
    }

    private static @Nullable String difference(RelationDesc table, RelationDesc shard, Fit fit) {
        int count = Math.min(table.columns().size(), shard.columns().size());
        for (int i = 0; i < count; i++) {
            RelationColumn declared = table.columns().get(i);
            RelationColumn stored = shard.columns().get(i);
            if (!fit.test(declared, stored)) {
                return "column "
                        + (i + 1)
                        + " is declared as "
                        + describe(declared)
                        + ", but stored as "
                        + describe(stored);
            }
        }
        for (int i = count; i < table.columns().size(); i++) {
            RelationColumn added = table.columns().get(i);
            if (!added.nullable()) {
                return "column "
                        + (i + 1)
                        + " is declared as "
                        + describe(added)
                        + ", but not stored yet, and rows that are there have no value for it:"
                        + " declare it without NOT NULL";
            }
        }
        if (table.columns().size() != shard.columns().size()) {
            return table.columns().size()
                    + " columns are declared, but "
                    + shard.columns().size()
                    + " stored";
        }
        return null;
    }

    private static String describe(RelationColumn column) {
        String nullability = column.nullable() ? "" : " not null";
        return "'" + column.name() + "' " + column.type().sqlName() + nullability;
    }

    private static boolean isReadable(RelationColumn declared, RelationColumn stored) {
        return declared.name().equals(stored.name())
                && (declared.nullable() || !stored.nullable())
                && isReadable(declared.type(), stored.type());
    }

    /** Limits may differ, they are checked row by row; char(n) must be padded to its own length. */
    private static boolean isReadable(ScalarType declared, ScalarType stored) {
        return declared.equals(stored)
                || (isUnpaddedText(declared) && isUnpaddedText(stored))
                || (declared.getClass().equals(stored.getClass())
                        && !(declared instanceof ScalarType.Char));
    }

    private static boolean isUnpaddedText(ScalarType type) {
        return type instanceof ScalarType.Text || type instanceof ScalarType.VarChar;
    }
}
