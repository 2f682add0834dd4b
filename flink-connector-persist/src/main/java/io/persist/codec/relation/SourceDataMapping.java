package io.persist.codec.relation;

import io.persist.codec.Bytes;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** Rows as lists of datums. */
final class SourceDataMapping implements RowMapping<SourceData> {
    @Override
    public RowWriter<SourceData> writer(List<ColumnSink> columns) {
        return (row, value) -> {
            if (!(value instanceof SourceData.Row datums)) {
                throw new AssertionError(value); // errors are not written as rows
            }
            if (datums.datums().size() != columns.size()) {
                throw new IllegalArgumentException(
                        "row of "
                                + datums.datums().size()
                                + " values for "
                                + columns.size()
                                + " columns");
            }
            int bytes = 0;
            for (int i = 0; i < columns.size(); i++) {
                bytes += columns.get(i).setDatum(row, datums.datums().get(i));
            }
            return bytes;
        };
    }

    @Override
    public RowReader<SourceData> reader(List<ColumnSource> columns) {
        return row -> {
            List<Datum> datums = new ArrayList<>(columns.size());
            for (ColumnSource source : columns) {
                datums.add(source.datum(row));
            }
            return new SourceData.Row(datums);
        };
    }

    @Override
    public SourceData error(Bytes dataflowError) {
        return new SourceData.Error(dataflowError);
    }

    @Override
    public @Nullable Bytes errorOf(SourceData value) {
        return value instanceof SourceData.Error error ? error.dataflowError() : null;
    }
}
