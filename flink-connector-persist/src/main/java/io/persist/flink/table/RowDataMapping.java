package io.persist.flink.table;

import io.persist.codec.Bytes;
import io.persist.codec.relation.ColumnSink;
import io.persist.codec.relation.ColumnSource;
import io.persist.codec.relation.RowMapping;
import io.persist.codec.relation.RowReader;
import io.persist.codec.relation.RowWriter;

import org.apache.flink.table.api.TableRuntimeException;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;

import java.util.List;

/**
 * Rows of a table as rows of its relation. Each column's writer and reader is chosen once; a row
 * then costs one call a column and no allocation when written.
 */
public record RowDataMapping(TableColumns columns) implements RowMapping<RowData> {
    @Override
    public RowWriter<RowData> writer(List<ColumnSink> sinks) {
        FieldWriter[] fields = new FieldWriter[columns.count()];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = FieldWriter.of(columns, i, sinks.get(i));
        }
        return (row, value) -> {
            int bytes = 0;
            for (FieldWriter field : fields) {
                bytes += field.write(row, value);
            }
            return bytes;
        };
    }

    @Override
    public RowReader<RowData> reader(List<ColumnSource> sources) {
        FieldReader[] fields = new FieldReader[columns.count()];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = FieldReader.of(columns, i, sources.get(i));
        }
        return row -> {
            GenericRowData value = new GenericRowData(fields.length);
            for (int i = 0; i < fields.length; i++) {
                value.setField(i, fields[i].read(row));
            }
            return value;
        };
    }

    /**
     * @throws TableRuntimeException always: an error of a relation is no row
     */
    @Override
    public RowData error(Bytes dataflowError) {
        throw new TableRuntimeException(
                "The shard holds an error row instead of data, as a relation does whose query"
                        + " failed: "
                        + dataflowError);
    }
}
