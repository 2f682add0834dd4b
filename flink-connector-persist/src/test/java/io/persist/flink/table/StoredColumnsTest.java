package io.persist.flink.table;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.codec.ShardId;
import io.persist.codec.relation.RelationColumn;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.ScalarType;
import io.persist.shard.IncompatibleShardException;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.UUID;

class StoredColumnsTest {
    private static final ShardId SHARD = new ShardId(new UUID(0, 1));

    private static TableColumns table(DataTypes.Field... fields) {
        return new TableColumns((RowType) DataTypes.ROW(fields).getLogicalType());
    }

    private static DataTypes.Field field(String name, DataType type) {
        return DataTypes.FIELD(name, type);
    }

    private static StoredColumns stored(RelationColumn... columns) {
        return new StoredColumns(SHARD, List.of(RelationDesc.of(List.of(columns))));
    }

    private static RelationColumn column(String name, ScalarType type) {
        return new RelationColumn(name, type, true);
    }

    @Test
    void aShardWithoutSchemaFitsEveryTable() throws IncompatibleShardException {
        StoredColumns empty = new StoredColumns(SHARD, List.of());

        empty.checkReadableAs(table(field("a", DataTypes.INT())));
        empty.checkWritableAs(table(field("a", DataTypes.INT())));
    }

    @Test
    void anyRegisteredSchemaCanBeWritten() throws IncompatibleShardException {
        TableColumns first = table(field("a", DataTypes.INT()));
        TableColumns second = table(field("a", DataTypes.INT()), field("b", DataTypes.INT()));

        new StoredColumns(SHARD, List.of(first.relation(), second.relation()))
                .checkWritableAs(first);
    }

    @Test
    void theFirstDifferenceIsNamed() {
        StoredColumns stored =
                stored(column("a", new ScalarType.Int32()), column("b", new ScalarType.Text()));

        assertMismatch(
                stored,
                table(field("a", DataTypes.INT()), field("c", DataTypes.STRING())),
                "column 2 is declared as 'c' text, but stored as 'b' text");
        assertMismatch(
                stored,
                table(field("a", DataTypes.BIGINT()), field("b", DataTypes.STRING())),
                "column 1 is declared as 'a' int8, but stored as 'a' int4");
        assertMismatch(
                stored,
                table(field("a", DataTypes.INT().notNull()), field("b", DataTypes.STRING())),
                "column 1 is declared as 'a' int4 not null, but stored as 'a' int4");
        assertMismatch(
                stored, table(field("a", DataTypes.INT())), "1 columns are declared, but 2 stored");
    }

    private static void assertMismatch(StoredColumns stored, TableColumns table, String what) {
        assertThatThrownBy(() -> stored.checkWritableAs(table))
                .isInstanceOf(IncompatibleShardException.class)
                .hasMessageContaining(SHARD.toString())
                .hasMessageContaining(what);
        assertThatThrownBy(() -> stored.checkReadableAs(table))
                .isInstanceOf(IncompatibleShardException.class)
                .hasMessageContaining(what);
    }

    @Test
    void tablesMayAddNullableColumnsAtTheEnd() throws IncompatibleShardException {
        StoredColumns stored = stored(column("a", new ScalarType.Int32()));
        TableColumns wider = table(field("a", DataTypes.INT()), field("b", DataTypes.STRING()));

        stored.checkWritableAs(wider);
        stored.checkReadableAs(wider);
        assertMismatch(
                stored,
                table(field("a", DataTypes.INT()), field("b", DataTypes.STRING().notNull())),
                "declare it without NOT NULL");
    }

    @Test
    void keysOfTheShardAreAPromiseThatATableDoesNotMake() {
        RelationDesc keyed =
                new RelationDesc(
                        List.of(column("a", new ScalarType.Int32())),
                        List.of(List.of(0L)),
                        List.of(),
                        Bytes.EMPTY);

        assertThatThrownBy(
                        () ->
                                new StoredColumns(SHARD, List.of(keyed))
                                        .checkWritableAs(table(field("a", DataTypes.INT()))))
                .isInstanceOf(IncompatibleShardException.class)
                .hasMessageContaining("has keys");
    }

    @Test
    void limitsMayDifferWhenReading() {
        assertReadable(new ScalarType.Numeric(null), DataTypes.DECIMAL(10, 2));
        assertReadable(new ScalarType.Text(), DataTypes.VARCHAR(10));
        assertReadable(new ScalarType.VarChar(5), DataTypes.STRING());
        assertReadable(new ScalarType.Timestamp(3), DataTypes.TIMESTAMP(6));
        assertReadable(new ScalarType.Int16(), DataTypes.TINYINT());
        assertReadable(new ScalarType.Char(3), DataTypes.CHAR(3));
    }

    private static void assertReadable(ScalarType stored, DataType declared) {
        assertThatCode(
                        () ->
                                stored(column("a", stored))
                                        .checkReadableAs(table(field("a", declared))))
                .doesNotThrowAnyException();
    }

    /** The storage client cannot tell these apart: they have the same Arrow type. */
    @Test
    void typesThatShareAnEncodingAreNotMistaken() {
        assertUnreadable(new ScalarType.TimestampTz(null), DataTypes.TIMESTAMP(6));
        assertUnreadable(new ScalarType.Date(), DataTypes.INT());
        assertUnreadable(new ScalarType.Jsonb(), DataTypes.STRING());
        assertUnreadable(new ScalarType.Char(3), DataTypes.STRING());
        assertUnreadable(new ScalarType.Char(3), DataTypes.CHAR(4));
    }

    private static void assertUnreadable(ScalarType stored, DataType declared) {
        assertThatThrownBy(
                        () ->
                                stored(column("a", stored))
                                        .checkReadableAs(table(field("a", declared))))
                .isInstanceOf(IncompatibleShardException.class)
                .hasMessageContaining("'a'");
    }
}
