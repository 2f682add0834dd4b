package io.persist.flink.table;

import io.persist.codec.Codec;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationColumn;
import io.persist.codec.relation.RelationDesc;

import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The stored columns of a table: names and types as declared in Flink, all of which a relation can
 * hold.
 */
public record TableColumns(RowType rowType) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Longer names are refused by databases that read the shard. */
    private static final int MAX_NAME_BYTES = 255;

    /**
     * @throws ValidationException naming the first column that cannot be stored and what to do
     */
    public TableColumns {
        if (rowType.getFieldCount() == 0) {
            throw new ValidationException("A persist table needs at least one physical column.");
        }
        Set<String> names = new HashSet<>();
        for (RowType.RowField field : rowType.getFields()) {
            checkName(field.getName());
            if (!names.add(field.getName())) {
                throw new ValidationException(
                        "Column '" + field.getName() + "' is declared twice; rename one.");
            }
            RelationTypes.scalarType(field.getName(), field.getType());
        }
    }

    private static void checkName(String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_NAME_BYTES) {
            throw new ValidationException(
                    "Column name '"
                            + name
                            + "' has "
                            + bytes
                            + " bytes in UTF-8; at most "
                            + MAX_NAME_BYTES
                            + " can be stored.");
        }
    }

    int count() {
        return rowType.getFieldCount();
    }

    String name(int index) {
        return rowType.getFieldNames().get(index);
    }

    LogicalType type(int index) {
        return rowType.getTypeAt(index);
    }

    /** The relation that a new shard of this table is given: these columns, no keys. */
    public RelationDesc relation() {
        List<RelationColumn> columns = new ArrayList<>();
        for (RowType.RowField field : rowType.getFields()) {
            columns.add(
                    new RelationColumn(
                            field.getName(),
                            RelationTypes.scalarType(field.getName(), field.getType()),
                            field.getType().isNullable()));
        }
        return RelationDesc.of(columns);
    }

    /** A codec of rows of this table. */
    Codec<RowData> codec() {
        return RelationCodec.of(relation(), new RowDataMapping(this));
    }
}
